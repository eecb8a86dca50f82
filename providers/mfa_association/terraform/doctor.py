"""Why an engine does not find or start the provider: one sentence for each thing that it needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mfa_association import __version__
from mfa_association.terraform.cli_config import CliConfig, configurations
from mfa_association.terraform.install import HOSTS, implied_mirror, package, program, this_platform
from mfa_association.terraform.shim import PROVIDER, PROVIDER_PATH_ENV, shim
from mfa_association.tokens import TERRAFORM_PROVIDER

OLDEST_PYTHON = (3, 10)
OLDEST_ENGINE, WRITE_ONLY = (1, 8), (1, 11)
_EXTRA = ("cryptography", "google.protobuf", "h2", "msgpack")
_ENGINES = ("terraform", "tofu")
_SECONDS = 30


@dataclass(frozen=True)
class Machine:
    """What is examined: an environment, a home and a current folder."""

    environment: Mapping[str, str]
    home: Path
    folder: Path
    python: tuple[int, ...] = sys.version_info[:3]

    def which(self, name: str) -> str | None:
        """Where a program is on PATH."""
        return shutil.which(name, path=self.environment.get("PATH", ""))

    def told(self, *command: str) -> str:
        """What a command says; empty where it fails."""
        quiet = {**self.environment, "CHECKPOINT_DISABLE": "1"}
        try:
            done = subprocess.run(
                command, env=quiet, cwd=self.folder, capture_output=True, text=True, timeout=_SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            return ""
        return done.stdout.strip()


@dataclass(frozen=True)
class Problem:
    """What was found; where it is ``wrong``, what to do."""

    sentence: str
    wrong: bool = False


def examine(machine: Machine) -> list[Problem]:
    """All findings, in the order in which they matter. Raises ``MfaError`` where the platform has no shim."""
    configs = configurations(machine.environment, machine.home)
    parts = (_python, _extra, _console_script, _engines)
    findings = [finding for part in parts for finding in part(machine)]
    return [*findings, *_configured(machine, configs), *_shims(machine, configs)]


def _python(machine: Machine) -> Iterator[Problem]:
    version, least = ".".join(map(str, machine.python)), ".".join(map(str, OLDEST_PYTHON))
    if machine.python < OLDEST_PYTHON:
        yield Problem(f"Python is {version}, but at least {least} is needed: install the package there", wrong=True)
    else:
        yield Problem(f"Python is {version}")


def _extra(machine: Machine) -> Iterator[Problem]:
    missing = [name for name in _EXTRA if not _found(name)]
    if missing:
        advice = "install it with `pip install 'mfa-association[terraform]'`"
        yield Problem(f"the Python package {missing[0]} is missing: {advice}", wrong=True)
    else:
        yield Problem("the packages of the extra `terraform` are installed")


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _console_script(machine: Machine) -> Iterator[Problem]:
    chosen = machine.environment.get(PROVIDER_PATH_ENV)
    where = machine.which(chosen or PROVIDER)
    if not where and chosen:
        yield Problem(f"{PROVIDER_PATH_ENV} is {chosen}, which is not a program: correct it, or unset it", wrong=True)
    elif not where:
        yield Problem(
            f"{PROVIDER} is not on PATH: activate its virtualenv, or set {PROVIDER_PATH_ENV} to its path", wrong=True
        )
    elif (answer := machine.told(where, "--version")) != f"mfa-association {__version__}":
        what = f"says `{answer}` to --version" if answer else "does not start"
        yield Problem(f"{where} {what}, and this is mfa-association {__version__}: put this one on PATH", wrong=True)
    else:
        yield Problem(f"{where} is the provider {__version__}")


def _engines(machine: Machine) -> Iterator[Problem]:
    engines = [where for name in _ENGINES if (where := machine.which(name))]
    if not engines:
        yield Problem("neither terraform nor tofu is on PATH: install one of them", wrong=True)
    for where in engines:
        yield _engine(where, machine.told(where, "version"))


def _engine(where: str, text: str) -> Problem:
    text = next((line for line in text.splitlines() if _version(line)), "")
    version = _version(text)
    if not version:
        return Problem(f"{where} does not say its version: run `{where} version`", wrong=True)
    if version < OLDEST_ENGINE:
        return Problem(f"{where} is {text}, but at least 1.8 is needed: upgrade it", wrong=True)
    if version < WRITE_ONLY:
        return Problem(f"{where} is {text}: it works, but codes and seeds need 1.11")
    return Problem(f"{where} is {text}")


def _version(text: str) -> tuple[int, ...]:
    """``Terraform v1.11.4`` as numbers; empty where it is none."""
    numbers = text.rpartition(" v")[2].partition("-")[0].split(".")
    return tuple(map(int, numbers)) if len(numbers) == 3 and all(map(str.isdecimal, numbers)) else ()


def _configured(machine: Machine, configs: list[CliConfig]) -> Iterator[Problem]:
    """What replaces the implied mirror, or the whole installation."""
    if TERRAFORM_PROVIDER in machine.environment.get("TF_REATTACH_PROVIDERS", ""):
        yield Problem("TF_REATTACH_PROVIDERS names the provider, so none is started: unset it", wrong=True)
    for config in configs:
        if not config.exists:
            yield Problem(
                f"TF_CLI_CONFIG_FILE is {config.path}, which is not there: correct it, or unset it", wrong=True
            )
        elif config.overrides(TERRAFORM_PROVIDER):
            yield Problem(f"dev_overrides of {config.path} hide what is installed: remove them", wrong=True)
        elif config.replaces and not config.mirrors:
            advice = "add the filesystem_mirror that `mfa-association terraform install --mirror DIR` prints"
            yield Problem(f"provider_installation of {config.path} hides the implied mirror: {advice}", wrong=True)
        else:
            yield Problem(f"{config.path} lets the provider be found")


def _shims(machine: Machine, configs: list[CliConfig]) -> Iterator[Problem]:
    replaced = any(config.replaces for config in configs)
    mirrors = [path for config in configs for path in config.mirrors]
    places = mirrors if replaced else [implied_mirror(machine.home)]
    for host in HOSTS:
        yield _shim(places, host)


def _shim(places: list[Path], host: str) -> Problem:
    advice = "run `mfa-association terraform install`"
    files = [program(package(place, host, this_platform())) for place in places]
    shim_file = next((file for file in files if file.is_file()), None)
    if not shim_file:
        where = " or ".join(map(str, places)) or "any mirror"
        return Problem(f"the shim of {__version__} for {host} is not in {where}: {advice}", wrong=True)
    if shim_file.read_bytes() != shim(__version__):
        return Problem(f"{shim_file} is not the shim of {__version__}, so lock files differ: {advice}", wrong=True)
    if not shim_file.stat().st_mode & 0o100:
        return Problem(f"{shim_file} is not executable: {advice}", wrong=True)
    return Problem(f"{shim_file} is the shim of {__version__}")
