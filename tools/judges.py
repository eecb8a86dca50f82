"""Programs in Go that judge what is ours, each built once from pinned modules.

actionlint of workflows, h2spec of HTTP/2, tfplugindocs of the provider's pages, which it makes too.
"""

import re
import subprocess
from pathlib import Path

from engine_sources import GO_VERSION, go_build, require_go
from kept import Fault, Program

HERE = Path(__file__).parent


def _judge(name: str, version: str, package: str, variable: str, ask: str) -> Program:
    """The program that HERE/name pins; its build sets ``variable``, and it answers ``ask`` with its version."""

    def build(folder: Path) -> None:
        require_go(HERE / name)
        go_build(HERE / name, package, folder / "bin", f"-X {variable}={version}")

    return Program(
        title=name,
        name=name,
        version=version,
        sources=(build,),
        fault=_other_than(version, ask),
        advice=f"Go {GO_VERSION} or newer",
    )


def _other_than(version: str, ask: str) -> Fault:
    """The fault of any other version: it finds other things."""

    def fault(program: Path) -> str | None:
        try:
            asked = subprocess.run([program, ask], capture_output=True, text=True, timeout=30, check=True)
        except (OSError, subprocess.SubprocessError):
            return "it does not tell its version"
        told = re.match(r"(?:tfplugindocs Version |Version: |v)?(\S+)", asked.stdout or asked.stderr)
        return None if told and told[1] == version else f"it is not {version}"

    return fault


ACTIONLINT = _judge(
    "actionlint",
    "1.7.12",
    "github.com/rhysd/actionlint/cmd/actionlint",
    "github.com/rhysd/actionlint.version",
    "-version",
)
TFPLUGINDOCS = _judge(
    "tfplugindocs",
    "0.25.0",
    "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs",
    "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs/build.version",
    "--version",
)
H2SPEC = _judge("h2spec", "2.2.1", "github.com/summerwind/h2spec/cmd/h2spec", "main.VERSION", "--version")
