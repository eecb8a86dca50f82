"""Which tests drive an engine: those that use a fixture of one. The others start none, and make none."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kept import NoProgram

from tests.support import engines


def item(*fixtures: str, **parameters: str) -> Any:
    """A test that uses these fixtures, with these parameters."""
    return SimpleNamespace(fixturenames=fixtures, callspec=SimpleNamespace(params=parameters))


@pytest.mark.parametrize(
    ("test", "needed", "reason"),
    [
        (item("tmp_path", "stage"), set(), "a sandbox is no engine"),
        (item("pulumi", "tmp_path"), {"pulumi"}, "by the fixture's name"),
        (item("program", program="tofu"), {"tofu"}, "by its parameter"),
        (item("program", "terraform", program="terraform-1.8"), {"terraform", "terraform-1.8"}, "two of them"),
        (item("tmp_path", program="tofu"), set(), "a parameter of its own that has the same name"),
        (item("h2spec"), {"h2spec"}, "a judge is made as engines are"),
        (item("chromium"), {"chromium"}, "a browser is found as engines are"),
        (SimpleNamespace(), set(), "a doctest has no fixtures"),
    ],
)
def test_fixtures_say_what_a_test_needs(test: Any, needed: set[str], reason: str) -> None:
    assert engines.needed(test) == needed, reason


def test_only_what_is_needed_is_made_and_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    class Kept:
        def __init__(self, name: str) -> None:
            self.name = self.title = name

        def ensure(self) -> Path:
            asked.append(self.name)
            if self.name == "tofu":
                raise NoProgram("no Go")
            return tmp_path

    monkeypatch.setattr(engines, "PROGRAMS", {name: Kept(name) for name in engines.PROGRAMS})
    engines._found.cache_clear()
    monkeypatch.delenv("CI", raising=False)
    try:
        engines.make([item("tmp_path"), item("terraform"), item("program", program="tofu"), item("terraform")])
        assert engines.program("terraform") == tmp_path / "terraform"
        with pytest.warns(UserWarning, match="not tested with tofu: no Go"), pytest.raises(pytest.skip.Exception):
            engines.program("tofu")
        monkeypatch.setenv("CI", "true")
        with pytest.raises(NoProgram):
            engines.program("tofu")
        assert asked == ["terraform", "tofu"]
    finally:
        engines._found.cache_clear()


@pytest.mark.parametrize("name", engines.FORBIDDEN)
def test_who_starts_one_without_its_fixture_fails(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = pytest.raises(pytest.fail.Exception, match=f"it started: .*/{name} version")
    with failed, engines.forbidden(tmp_path, monkeypatch):
        done = subprocess.run([name, "version"], capture_output=True, text=True, check=False)
        assert (done.returncode, "uses no fixture" in done.stderr) == (97, True)
    with engines.forbidden(tmp_path, monkeypatch):
        assert engines.PROGRAMS["pulumi"].cached() is None, "nor is one taken from where we keep them"


def test_this_test_is_one_of_them() -> None:
    done = subprocess.run(["sh", "-c", "command -v pulumi"], capture_output=True, text=True, check=True)
    assert "/no-engine" in done.stdout


def test_the_mark_is_the_rule(request: pytest.FixtureRequest) -> None:
    marked = {one for one in request.session.items if one.get_closest_marker("engine")}
    assert marked == {one for one in request.session.items if engines.needed(one)}
