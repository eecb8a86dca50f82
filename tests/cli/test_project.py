"""Which command is named after a change of the roster."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfa_association.cli.project import next_command

REGISTRY = 'provider "registry.opentofu.org/mfa-association/mfa" {}'
UP, UNKNOWN = "`pulumi up`", "deployment"


@pytest.mark.parametrize(
    ("reason", "files", "command"),
    [
        ("Pulumi", {"Pulumi.yaml": ""}, UP),
        ("Pulumi, as it may be called too", {"Pulumi.yml": ""}, UP),
        ("Terraform", {"main.tf": ""}, "`terraform apply`"),
        ("OpenTofu by a file of its own", {"main.tf": "", "more.tofu": ""}, "`tofu apply`"),
        ("OpenTofu by its registry", {"main.tf": "", ".terraform.lock.hcl": REGISTRY}, "`tofu apply`"),
        (
            "Terraform by its registry",
            {"main.tf": "", ".terraform.lock.hcl": "registry.terraform.io"},
            "`terraform apply`",
        ),
        ("the project lies above", {"../Pulumi.yaml": ""}, UP),
        ("the nearest one counts", {"main.tf": "", "../Pulumi.yaml": ""}, "`terraform apply`"),
        ("both in one folder", {"main.tf": "", "Pulumi.yaml": ""}, UNKNOWN),
        ("neither", {}, UNKNOWN),
        ("above the repository", {".git/HEAD": "", "../Pulumi.yaml": ""}, UNKNOWN),
        ("a folder of that name", {"Pulumi.yaml/x": ""}, UNKNOWN),
    ],
)
def test_the_project_of_a_roster(tmp_path: Path, reason: str, files: dict[str, str], command: str) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "repo" / "rosters"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert next_command(str(folder / "roster.yaml")).apply == command, reason
