"""What differs between the engines that the demo can play with: how one types each step, and what the folder holds."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Player:
    """An engine: its program, its commands, and the environment that gives a device's codes to ``change``."""

    program: str
    begin: str
    preview: str
    review: str
    change: str
    codes: Callable[[str, str, str], dict[str, str]]
    furnish: Callable[[Path], None]
    environment: Callable[[Path], dict[str, str]]
    finder: str
    gap: str = ""
    colorful: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The command that changes AWS, without its options."""
        return " ".join(self.change.split()[:2])


def _pulumi_codes(device: str, first: str, second: str) -> dict[str, str]:
    return {"MFA_ASSOCIATION_CODES": f"{device}={first},{second}"}


def _pulumi_folder(folder: Path) -> None:
    for name in ("__main__.py", "Pulumi.yaml"):
        shutil.copy(PROJECT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)


def _pulumi_environment(folder: Path) -> dict[str, str]:
    return {
        "PULUMI_HOME": str(folder / "home" / ".pulumi"),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "demo",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # The CLI reads options from here too, so that the commands stay as one would type them.
        "PULUMI_OPTION_SUPPRESS_PROGRESS": "true",
        "PULUMI_OPTION_SUPPRESS_OUTPUTS": "true",
    }


REVIEW = "mfa-association review - --live --roster-base before.yaml --roster roster.yaml"

PULUMI = Player(
    program="pulumi",
    begin="pulumi stack init demo",
    preview="pulumi preview",
    review=f"pulumi preview --json --show-sames --show-replacement-steps | {REVIEW}",
    change="pulumi up --skip-preview",
    codes=_pulumi_codes,
    furnish=_pulumi_folder,
    environment=_pulumi_environment,
    finder="make demo",
    colorful={"PULUMI_OPTION_COLOR": "always"},
    plain={"PULUMI_OPTION_COLOR": "never"},
)


def _terraform_codes(device: str, first: str, second: str) -> dict[str, str]:
    return {"TF_VAR_codes": f'{{"{device}"=["{first}","{second}"]}}'}


def _terraform_folder(folder: Path) -> None:
    from mfa_association.terraform.install import implied_mirror, install, this_platform

    shutil.copy(PROJECT / "tools" / "demo.tf", folder / "main.tf")
    install(implied_mirror(folder / "home"), [this_platform()])


def _terraform_environment(folder: Path) -> dict[str, str]:
    # What it says of files that are not kept would only be in the way.
    return {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


def terraform(program: str) -> Player:
    """Terraform, or OpenTofu: ``tofu``."""
    return Player(
        program=program,
        begin=f"{program} init",
        preview=f"{program} plan",
        review=f"{program} plan -out plan.bin > plan.txt && {program} show -json plan.bin | {REVIEW}",
        change=f"{program} apply -auto-approve",
        codes=_terraform_codes,
        furnish=_terraform_folder,
        environment=_terraform_environment,
        finder="make demo-terraform",
        gap="\n",
        plain={"TF_CLI_ARGS": "-no-color"},
    )


PLAYERS = {"pulumi": PULUMI, "terraform": terraform("terraform"), "tofu": terraform("tofu")}


def on_path(player: Player) -> bool:
    """Whether its program can be started."""
    return bool(shutil.which(player.program, path=os.environ.get("PATH")))
