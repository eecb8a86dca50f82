"""Which engine is taken, and that nothing half-made is ever left. Nothing here downloads or builds."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import engine_sources
import engines
import pytest
from engine_sources import PULUMI_VERSION
from running import CommandFailed

TOOLS = Path(engines.__file__).parent
ROOT = TOOLS.parent


def put_pulumi(folder: Path, says: str = f"echo v{PULUMI_VERSION}", host: bool = True) -> Path:
    """A folder with a stand-in for the CLI, and for its language host."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in (("pulumi", says), ("pulumi-language-python", "")):
        if host or name == "pulumi":
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)
    return folder


def good_source(staging: Path) -> None:
    """A source that makes a whole engine."""
    put_pulumi(staging / "bin")


def failing_source(staging: Path) -> None:
    """A source that gives up half-way."""
    (staging / "half").write_text("an engine")
    raise CommandFailed("no such host")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, a PATH without Pulumi, and sources that fail."""
    monkeypatch.setenv("MFA_ASSOCIATION_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    use(monkeypatch, failing_source, failing_source)
    return tmp_path / "cache" / "engines"


def use(monkeypatch: pytest.MonkeyPatch, install: Callable[[Path], None], build: Callable[[Path], None]) -> None:
    """Put stand-ins where the two sources are."""
    monkeypatch.setattr(engines, "install", install)
    monkeypatch.setattr(engines, "build", build)


def left(cache: Path) -> list[str]:
    """What the cache holds besides the lock."""
    return sorted(path.name for path in cache.iterdir() if path.name != ".lock")


@pytest.mark.parametrize("version", [engines.OLDEST_VERSION, "3.999.0", "4.0.0-alpha.1+dirty"])
def test_an_engine_on_path_that_is_new_enough_is_taken(tmp_path: Path, version: str) -> None:
    folder = put_pulumi(tmp_path / "path", f"echo v{version}")
    assert engines.ensure_pulumi() == folder


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
    kept = put_pulumi(engines.engine_folder() / "bin")
    assert engines.ensure_pulumi() == kept
    assert reason in capsys.readouterr().err


def test_the_language_host_may_lie_where_a_link_points(tmp_path: Path) -> None:
    real = put_pulumi(tmp_path / "opt")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "pulumi").symlink_to(real / "pulumi")
    assert engines.ensure_pulumi() == tmp_path / "path"


def test_the_cache_is_taken_before_anything_is_made() -> None:
    kept = put_pulumi(engines.engine_folder() / "bin")
    assert engines.ensure_pulumi() == kept


@pytest.mark.parametrize("sources", [(good_source, failing_source), (failing_source, good_source)])
def test_the_installer_comes_first_and_modules_second(
    cache: Path, monkeypatch: pytest.MonkeyPatch, sources: tuple[Callable[[Path], None], Callable[[Path], None]]
) -> None:
    use(monkeypatch, *sources)
    assert engines.ensure_pulumi() == engines.engine_folder() / "bin"
    assert left(cache) == [engines.engine_folder().name]


def test_where_nothing_serves_one_sentence_names_what_to_install(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert engines.main() == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "no such host" in told.err
    assert re.fullmatch(r"No Pulumi engine: install the Pulumi CLI .* or Go .*\.", told.err.splitlines()[-1])
    assert left(cache) == []


def test_an_engine_that_was_made_wrong_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_source(staging: Path) -> None:
        put_pulumi(staging / "bin", "exit 1")

    use(monkeypatch, broken_source, failing_source)
    with pytest.raises(engines.NoEngine):
        engines.ensure_pulumi()
    assert left(cache) == []


def test_ctrl_c_leaves_nothing_but_one_line(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(staging: Path) -> None:
        (staging / "half").write_text("an engine")
        raise KeyboardInterrupt

    use(monkeypatch, interrupted, good_source)
    assert engines.main() == 130
    assert capsys.readouterr().err.strip() == "Interrupted; nothing was left behind."
    assert left(cache) == []


def test_what_a_killed_build_left_is_removed_by_the_next(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_pulumi(cache / f"{engines.STAGING}killed" / "bin")
    assert engines.cached() is None
    use(monkeypatch, good_source, failing_source)
    engines.ensure_pulumi()
    assert left(cache) == [engines.engine_folder().name]


def test_two_at_once_make_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    waiting = threading.Event()

    def slow(staging: Path) -> None:
        made.append(staging)
        waiting.wait(5)
        good_source(staging)

    use(monkeypatch, slow, failing_source)
    monkeypatch.setattr(engines, "say", lambda message: waiting.set())
    both = [threading.Thread(target=engines.ensure_pulumi) for _ in range(2)]
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
    assert engines.main() == 1
    assert capsys.readouterr().err.startswith("No Pulumi engine: cannot keep one in ")


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
        engine_sources.install(tmp_path)


def test_building_without_go_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandFailed, match="Go is not installed"):
        engine_sources.build(tmp_path)


def test_the_version_is_the_one_that_the_modules_and_the_workflow_pin() -> None:
    modules = (TOOLS / "pulumi" / "go.mod").read_text()
    assert re.findall(r"github.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", modules) == [PULUMI_VERSION] * 2
    assert f"pulumi-version: {PULUMI_VERSION}\n" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def test_the_go_named_to_the_user_is_the_one_the_modules_ask_for() -> None:
    wanted = {re.findall(r"^go (\S+)$", file.read_text(), re.MULTILINE)[0] for file in TOOLS.glob("*/go.mod")}
    assert wanted == {engines.GO_VERSION}


@pytest.mark.parametrize("module", [engine_sources.CLI_MODULE, engine_sources.LANGUAGE_HOST_MODULE])
def test_every_module_has_its_checksum(module: Path) -> None:
    sums = (module / "go.sum").read_text()
    for name, version in re.findall(r"^\s+(\S+) (v\S+)", (module / "go.mod").read_text(), re.MULTILINE):
        assert f"{name} {version}/go.mod h1:" in sums, os.fspath(module)
