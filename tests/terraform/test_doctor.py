"""Each thing that can be wrong with an installation: one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mfa_association import __version__
from mfa_association.terraform import doctor
from mfa_association.terraform.doctor import Machine, examine
from mfa_association.terraform.install import cli_configuration, implied_mirror, install, this_platform

_SAYS = f"echo mfa-association {__version__}"


@dataclass
class Patient:
    """A machine on which all is well, until something is broken."""

    root: Path
    machine: Machine

    def program(self, name: str, script: str) -> Path:
        """A program on PATH."""
        file = self.root / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def set(self, **environment: str) -> None:
        """Set environment variables."""
        self.machine = replace(self.machine, environment={**self.machine.environment, **environment})

    def config(self, text: str) -> None:
        """Write the user's CLI configuration."""
        (self.root / ".terraformrc").write_text(text)

    @property
    def shims(self) -> list[Path]:
        """The installed shims."""
        return sorted(implied_mirror(self.root).rglob("terraform-provider-mfa_*"))

    def wrong(self) -> list[str]:
        """What the doctor finds wrong."""
        return [finding.sentence for finding in examine(self.machine) if finding.wrong]


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    healthy = Patient(tmp_path, Machine({"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}, tmp_path, tmp_path))
    healthy.program("terraform-provider-mfa", _SAYS)
    healthy.program("terraform", "echo Terraform v1.11.4; echo on linux_amd64")
    healthy.program("tofu", "echo; echo Warning: something; echo OpenTofu v1.12.6; echo on linux_amd64")
    install(implied_mirror(tmp_path), [this_platform()])
    return healthy


def test_a_healthy_machine(patient: Patient) -> None:
    findings = examine(patient.machine)
    assert [finding for finding in findings if finding.wrong] == []
    told = "\n".join(finding.sentence for finding in findings)
    for sentence in ("terraform is Terraform v1.11.4", "tofu is OpenTofu v1.12.6", f"is the provider {__version__}"):
        assert sentence in told


def _mirror(patient: Patient) -> None:
    """A mirror instead of the implied one, without the shim in it."""
    patient.config(cli_configuration(patient.root / "mirror"))


def _remove_engines(patient: Patient) -> None:
    for name in ("terraform", "tofu"):
        (patient.root / "bin" / name).unlink()


FAULTS: dict[str, tuple[Callable[[Patient], Any], str]] = {
    "no provider": (
        lambda patient: (patient.root / "bin/terraform-provider-mfa").unlink(),
        "terraform-provider-mfa is not on PATH: activate its virtualenv, or set MFA_ASSOCIATION_PROVIDER to its path",
    ),
    "a provider named wrongly": (
        lambda patient: patient.set(MFA_ASSOCIATION_PROVIDER="/nowhere/provider"),
        "MFA_ASSOCIATION_PROVIDER is /nowhere/provider, which is not a program: correct it, or unset it",
    ),
    "a provider of another version": (
        lambda patient: patient.program("terraform-provider-mfa", "echo mfa-association 0.0.9"),
        "{root}/bin/terraform-provider-mfa says `mfa-association 0.0.9` to --version, and this is mfa-association "
        "{version}: put this one on PATH",
    ),
    "a provider that does not start": (
        lambda patient: patient.program("terraform-provider-mfa", "exit 1"),
        "{root}/bin/terraform-provider-mfa does not start, and this is mfa-association {version}: put this one on PATH",
    ),
    "no engine": (
        _remove_engines,
        "neither terraform nor tofu is on PATH: install one of them",
    ),
    "an old engine": (
        lambda patient: patient.program("terraform", "echo Terraform v1.7.5"),
        "{root}/bin/terraform is Terraform v1.7.5, but at least 1.8 is needed: upgrade it",
    ),
    "an engine that does not start": (
        lambda patient: patient.program("tofu", "exit 1"),
        "{root}/bin/tofu does not say its version: run `{root}/bin/tofu version`",
    ),
    "reattached": (
        lambda patient: patient.set(TF_REATTACH_PROVIDERS='{"registry.terraform.io/mfa-association/mfa": {}}'),
        "TF_REATTACH_PROVIDERS names the provider, so none is started: unset it",
    ),
    "a missing configuration": (
        lambda patient: patient.set(TF_CLI_CONFIG_FILE="/nowhere/rc"),
        "TF_CLI_CONFIG_FILE is /nowhere/rc, which is not there: correct it, or unset it",
    ),
    "overridden": (
        lambda patient: patient.config('provider_installation { dev_overrides { "mfa-association/mfa" = "/x" } }'),
        "dev_overrides of {root}/.terraformrc hide what is installed: remove them",
    ),
    "no shim": (
        lambda patient: patient.shims[1].unlink(),
        "the shim of {version} for registry.terraform.io is not in {root}/.terraform.d/plugins: "
        "run `mfa-association terraform install`",
    ),
    "another shim": (
        lambda patient: patient.shims[1].write_text("#!/bin/sh\n"),
        "{shim} is not the shim of {version}, so lock files differ: run `mfa-association terraform install`",
    ),
    "a shim that cannot be started": (
        lambda patient: patient.shims[1].chmod(0o644),
        "{shim} is not executable: run `mfa-association terraform install`",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_one_sentence(patient: Patient, fault: str) -> None:
    shim = patient.shims[1]
    disorder, sentence = FAULTS[fault]
    disorder(patient)
    told = sentence.format(root=patient.root, version=__version__, shim=shim)
    assert told in patient.wrong()
    assert len(patient.wrong()) == (3 if fault == "overridden" else 1)


def test_a_configuration_that_hides_the_implied_mirror(patient: Patient) -> None:
    patient.config("provider_installation { direct {} }")
    told, *shims = patient.wrong()
    assert told == (
        f"provider_installation of {patient.root}/.terraformrc hides the implied mirror: add the filesystem_mirror that "
        "`mfa-association terraform install --mirror DIR` prints"
    )
    assert all("is not in any mirror" in sentence for sentence in shims)


def test_a_mirror_is_where_the_shim_is_looked_for(patient: Patient) -> None:
    patient.config(cli_configuration(patient.root / "mirror"))
    assert [f"is not in {patient.root}/mirror:" in sentence for sentence in patient.wrong()] == [True, True]
    install(patient.root / "mirror", [this_platform()])
    assert patient.wrong() == []


def test_an_old_python(patient: Patient) -> None:
    patient.machine = replace(patient.machine, python=(3, 9, 18))
    assert patient.wrong() == ["Python is 3.9.18, but at least 3.10 is needed: install the package there"]


def test_a_missing_extra(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_EXTRA", ("cryptography", "no_such.package"))
    sentence = (
        "the Python package no_such.package is missing: install it with `pip install 'mfa-association[terraform]'`"
    )
    assert patient.wrong() == [sentence]


def test_engines_without_write_only_attributes_are_told_of_but_not_wrong(patient: Patient) -> None:
    patient.program("terraform", "echo Terraform v1.8.4")
    assert patient.wrong() == []
    told = [finding.sentence for finding in examine(patient.machine)]
    assert f"{patient.root}/bin/terraform is Terraform v1.8.4: it works, but codes and seeds need 1.11" in told


def test_what_the_page_shows_is_what_the_doctor_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "terraform.md").read_text()
    shown = [line.removeprefix("wrong: ") for line in page.splitlines() if line.startswith("wrong: ")]
    assert shown and set(shown) <= {sentence for _, sentence in FAULTS.values()}
