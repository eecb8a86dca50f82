"""What is read out of CLI configuration files, as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfa_association.terraform.cli_config import CliConfig, configurations
from mfa_association.terraform.install import cli_configuration
from mfa_association.tokens import TERRAFORM_PROVIDER


def _config(text: str) -> CliConfig:
    return CliConfig(Path("config"), text)


@pytest.mark.parametrize(
    ("text", "replaces", "mirrors", "reason"),
    [
        ('plugin_cache_dir = "$HOME/cache"', False, [], "no installation method"),
        ("# provider_installation {}", False, [], "a comment"),
        ("// provider_installation {}\n/* provider_installation\n {} */", False, [], "comments of the other kinds"),
        ('x = "provider_installation {"', False, [], "within a string"),
        ("provider_installation {\n  direct {}\n}", True, [], "only the registry"),
        (
            'provider_installation {\n filesystem_mirror {\n path = "/a" # {\n }\n direct {}\n}',
            True,
            ["/a"],
            "a mirror",
        ),
        (
            'provider_installation {\nfilesystem_mirror { path="/a" }\nfilesystem_mirror {path = "/b}"}\n}',
            True,
            ["/a", "/b}"],
            "two mirrors, a brace within a path",
        ),
        ('provider_installation { direct {} }\nother { path = "/c" }', True, [], "a path of something else"),
        ("provider_installation {", False, [], "never closed: the engine refuses the file itself"),
    ],
)
def test_installation_methods(text: str, replaces: bool, mirrors: list[str], reason: str) -> None:
    config = _config(text)
    assert (config.replaces, config.mirrors) == (replaces, [Path(path) for path in mirrors]), reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('provider_installation { dev_overrides { "mfa-association/mfa" = "/x" } }', True),
        (
            'provider_installation {\n dev_overrides = {\n "registry.terraform.io/mfa-association/mfa" = "/x"\n}\n}',
            True,
        ),
        ('provider_installation { dev_overrides { "hashicorp/aws" = "/x" } direct {} }', False),
        ('provider_installation { direct { exclude = ["mfa-association/mfa"] } }', False),
    ],
)
def test_developers_overrides(text: str, told: bool) -> None:
    assert _config(text).overrides(TERRAFORM_PROVIDER) is told


def test_what_install_prints_is_read_back(tmp_path: Path) -> None:
    config = _config(cli_configuration(tmp_path))
    assert (config.replaces, config.mirrors, config.overrides(TERRAFORM_PROVIDER)) == (True, [tmp_path], False)


def test_the_file_that_the_environment_names_is_read_alone(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text("")
    (tmp_path / "own").write_text("provider_installation { direct {} }")
    assert [config.path.name for config in configurations({}, tmp_path)] == [".terraformrc"]
    (own,) = configurations({"TF_CLI_CONFIG_FILE": str(tmp_path / "own")}, tmp_path)
    assert own.exists and own.replaces
    (missing,) = configurations({"TF_CLI_CONFIG_FILE": str(tmp_path / "missing")}, tmp_path)
    assert not missing.exists
