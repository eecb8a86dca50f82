"""Find h2spec, which judges HTTP/2 servers, or build it: prints the folder that holds it. For `make test-deep`."""

import re
import subprocess
import sys
from pathlib import Path

from engine_sources import GO_VERSION, go_build, require_go
from kept import NoProgram, Program
from running import say

MODULE = Path(__file__).parent / "h2spec"
PACKAGE = "github.com/summerwind/h2spec"
H2SPEC_VERSION = "2.2.1"


def _build(folder: Path) -> None:
    """Build h2spec into folder/bin from the module that go.mod and go.sum pin."""
    require_go(MODULE)
    go_build(MODULE, f"{PACKAGE}/cmd/h2spec", folder / "bin", f"-X main.VERSION={H2SPEC_VERSION}")


def _fault(h2spec: Path) -> str | None:
    """What keeps this `h2spec` from serving: any other version asks other things."""
    try:
        asked = subprocess.run([h2spec, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return "it does not tell its version"
    told = re.match(r"Version: (\S+)", asked.stdout)
    return None if told and told[1] == H2SPEC_VERSION else f"it is not {H2SPEC_VERSION}"


H2SPEC = Program(
    title="h2spec",
    name="h2spec",
    version=H2SPEC_VERSION,
    sources=(_build,),
    fault=_fault,
    advice=f"Go {GO_VERSION} or newer",
)


if __name__ == "__main__":
    try:
        print(H2SPEC.ensure())
    except NoProgram as refusal:
        say(str(refusal))
        sys.exit(1)
