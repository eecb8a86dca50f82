"""The command as a whole: run bare, its versions, and what shells complete."""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import time
from pathlib import Path
from types import ModuleType

import pytest

from mfa_association import __version__
from mfa_association.cli import version
from mfa_association.cli.command_line import COMMANDS, run


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of engines on PATH."""
    folder = tmp_path / "engines"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin")
    return folder


def put(folder: Path, name: str, script: str, mode: int = 0o755) -> None:
    (folder / name).write_text(script)
    (folder / name).chmod(mode)


def test_run_bare_it_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    told = capsys.readouterr()
    assert (
        told.out == "" and told.err.startswith("usage: mfa-association ") and "show the faults of a roster" in told.err
    )


def test_a_command_loads_no_other(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them take longer to load than most take to run."""
    loaded: list[str] = []
    load = importlib.import_module

    def noted(name: str) -> ModuleType:
        loaded.append(name)
        return load(name)

    monkeypatch.setattr("importlib.import_module", noted)
    assert run(["schema"]) == 0
    assert [name for name in loaded if ".cli." in name] == ["mfa_association.cli.schema"]
    with pytest.raises(SystemExit):
        run(["no-such-command"])
    told = capsys.readouterr().err
    assert all(f"'{name}'" in told for name in COMMANDS)


def test_the_versions_of_the_engines_found_are_shown(on_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(on_path, "pulumi", "#!/bin/sh\necho a warning\necho v3.274.1-alpha.1\n")
    put(on_path, "tofu", """#!/bin/sh\n[ "$*" = "version -json" ] && echo '{"terraform_version": "1.12.6"}'\n""")
    with pytest.raises(SystemExit) as ended:
        run(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.splitlines() == [
        f"mfa-association {__version__} (Python {platform.python_version()})",
        f"pulumi    3.274.1-alpha.1  {on_path}/pulumi",
        "terraform not found",
        f"tofu      1.12.6  {on_path}/tofu",
    ]


@pytest.mark.parametrize(
    ("script", "says", "reason"),
    [
        ("#!/bin/sh\nexit 7\n", "does not tell its version (exit code 7)", "it fails"),
        ("#!/bin/sh\necho Terraform v1.2.3\n", "does not tell its version (exit code 0)", "no JSON"),
        ("#!/bin/sh\necho '[]'\n", "does not tell its version (exit code 0)", "another JSON"),
        ("#!/bin/sh\nprintf '\\377'\n", "does not tell its version (exit code 0)", "no text"),
        ("#!/nowhere/at/all\n", "cannot be started: No such file or directory", "an interpreter that is not there"),
        ("\177ELF\n", "cannot be started: Exec format error", "of another machine"),
    ],
)
def test_an_engine_that_does_not_tell_is_named(on_path: Path, script: str, says: str, reason: str) -> None:
    put(on_path, "terraform", script)
    assert list(version.engines())[1] == f"terraform {says}  {on_path}/terraform", reason


@pytest.mark.long
def test_an_engine_that_hangs_is_not_waited_for_and_ended_with_what_it_started(on_path: Path, tmp_path: Path) -> None:
    hangs = f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child-$(basename $0)\nwait\n"
    for name in ("pulumi", "terraform"):
        put(on_path, name, hangs)
    put(on_path, "tofu", '#!/bin/sh\necho \'{"terraform_version": "1.12.6"}\'\n')
    told = [line.split("  /")[0] for line in version.engines(0.5)]
    assert told == ["pulumi    no answer in 0 s", "terraform no answer in 0 s", "tofu      1.12.6"]
    for file in tmp_path.glob("child-*"):
        assert gone(int(file.read_text())), file


def gone(pid: int) -> bool:
    """Whether a process ends within a moment; a kill is not there at once."""
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell_names_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in ("mfa-association", "check", "enroll", "fail-on", "critical", "doctor"))


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["che"], ["check"]),
        (["review", "--fail-on", "crit"], ["critical"]),
        (["check", "ros"], ["roster.yaml"]),
        (["terraform", "doc"], ["doctor"]),
    ],
)
def test_bash_completes(
    words: list[str], completed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["completion", "bash"])
    (tmp_path / "script").write_text(capsys.readouterr().out)
    (tmp_path / "roster.yaml").touch()
    asks = f"""
        source ./script
        function=$(complete -p mfa-association | sed "s/.* -F //; s/ .*//")
        COMP_WORDS=(mfa-association {" ".join(words)}) COMP_CWORD={len(words)}
        $function mfa-association {words[-1]}
        printf "%s\\n" "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", asks], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (completed, "")
