"""The examples as users have them, against generated SDKs: TypeScript, Go and Java drive the engine, the others are made.

Hosts of these languages that know bridged packages are in no published module, so the programs are run inline by Pulumi's
automation API, and the SDKs are made by the generators that those hosts use (tools/bridge/sdks).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from mfa_association.terraform.install import PLATFORMS, install
from tests.e2e.bridged import PLUGIN
from tests.support.programs import DAVES, KEY, TOKEN
from tests.support.stack import ACCOUNT, ADMIN, environment

EXAMPLES = Path(__file__).parents[3] / "examples"
DRIVERS = Path(__file__).parent / "drivers"
LANGUAGES = {
    "dotnet": "DeviceAssociation.cs",
    "go": "mfa/deviceAssociation.go",
    "java": "src/main/java/com/pulumi/mfa/DeviceAssociation.java",
    "nodejs": "deviceAssociation.ts",
    "python": "pulumi_mfa/device_association.py",
}
BUILD_LIMIT = 900
pytestmark = pytest.mark.timeout(2 * BUILD_LIMIT)


def run(command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command says that has to succeed."""
    usual = {**os.environ, "GOWORK": "off", "GOFLAGS": "-trimpath", "CGO_ENABLED": "0"} if env is None else env
    done = subprocess.run(command, cwd=folder, env=usual, capture_output=True, text=True, timeout=BUILD_LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name: str, *, in_ci: bool = True) -> str:
    """A program of a language; without one the test is skipped, and the summary says so; in CI it fails, if CI has it."""
    found = shutil.which(name)
    if found or (in_ci and os.environ.get("CI")):
        return found or name
    warnings.warn(f"not tested: {name} is not on PATH", stacklevel=2)
    pytest.skip(f"{name} is not on PATH")


@pytest.fixture(scope="session")
def sdks(bridge: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDKs of all languages, each in a folder of its name."""
    folder = tmp_path_factory.mktemp("sdks")
    install(home / ".pulumi" / "dynamic_tf_plugins", PLATFORMS)
    env = environment(home, ADMIN, folder.as_uri())
    run(["pulumi", "plugin", "install", "resource", *PLUGIN, "--file", str(bridge)], folder, env)
    schema = run(["pulumi", "package", "get-schema", "terraform-provider", "mfa-association/mfa"], folder, env)
    (folder / "schema.json").write_text(schema)
    run([str(bridge.parent / "sdks"), "schema.json", ".", *LANGUAGES], folder)
    return folder


@pytest.fixture(scope="session")
def typescript(sdks: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What runs the example in TypeScript, checked and compiled with its SDK."""
    folder = _example("typescript", sdks / "nodejs", tmp_path_factory)
    run([tool("npm"), "ci", "--no-audit", "--no-fund"], folder)
    run([str(folder / "node_modules" / ".bin" / "tsc"), "-p", "."], folder)
    shutil.copy(DRIVERS / "drive.js", folder)
    return [tool("node"), str(folder / "drive.js"), str(folder / "bin" / "index.js"), "up"]


@pytest.fixture(scope="session")
def golang(sdks: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What runs the example in Go, compiled with its SDK."""
    folder = _example("go", sdks / "go", tmp_path_factory)
    run([tool("go"), "vet", "-mod=readonly", "."], folder)
    shutil.copy(DRIVERS / "drive_test.go", folder)
    run([tool("go"), "mod", "tidy"], folder)
    run([tool("go"), "test", "-c", "-o", "drive", "."], folder)
    return [str(folder / "drive"), "-test.v"]


@pytest.fixture(scope="session")
def java(sdks: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What runs the example in Java, compiled with its SDK; what both need comes from Maven Central."""
    maven, runtime, _ = (tool(name, in_ci=False) for name in ("mvn", "java", "javac"))
    folder = _example("java", sdks / "java", tmp_path_factory)
    shutil.copy(DRIVERS / "Drive.java", folder / "src" / "main" / "java" / "mfa")
    run([maven, "-B", "-q", "compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath"], folder)
    path = os.pathsep.join([str(folder / "target" / "classes"), (folder / "classpath").read_text()])
    return [runtime, "-cp", path, "mfa.Drive"]


def _example(name: str, sdk: Path, factory: pytest.TempPathFactory) -> Path:
    folder = factory.mktemp(name)
    shutil.copytree(EXAMPLES / name, folder, dirs_exist_ok=True)
    shutil.copytree(sdk, folder / "sdks" / "mfa")
    return folder


@pytest.mark.parametrize("language", ["typescript", "go", "java"])
def test_an_example_declares_its_roster(
    language: str, box: Sandbox, home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Adopted without a write, then nothing to do, and a removed line deactivates."""
    command = request.getfixturevalue("golang" if language == "go" else language)
    (tmp_path / "state").mkdir()
    _project(language, tmp_path)
    env = environment(home, ADMIN, (tmp_path / "state").as_uri()) | {"AWS_ENDPOINT_URL": box.url}
    roster = tmp_path / "roster.yaml"
    roster.write_text(json.dumps({"users": {"dave": [DAVES], "bob": [TOKEN], "carol": [KEY]}}))
    assert _changes(run(command, tmp_path, env)) == {"create": 4}
    assert _changes(run(command, tmp_path, env)) == {"same": 4}
    assert "EnableMFADevice" not in box.calls()
    roster.write_text(json.dumps({"users": {"bob": [TOKEN], "carol": [KEY]}}))
    assert _changes(run(command, tmp_path, env)) == {"delete": 1, "same": 3}
    assert box.holders(ACCOUNT) == {"bob": [TOKEN], "carol": [KEY]}


def _project(language: str, folder: Path) -> None:
    """The example's project; of Java's the settings alone, because its automation API takes no project but its own."""
    project = (EXAMPLES / language / "Pulumi.yaml").read_text()
    if language == "java":
        (folder / "Pulumi.dev.yaml").write_text(project[project.index("config:\n") :])
    else:
        (folder / "Pulumi.yaml").write_text(project)


def _changes(said: str) -> dict[str, int]:
    """What the driver says at the end."""
    return dict(json.loads(next(line for line in reversed(said.splitlines()) if line.startswith("{"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_sdk_has_the_resource_and_the_function(language: str, sdks: Path) -> None:
    resource = sdks / language / LANGUAGES[language]
    assert "serialNumber" in resource.read_text()
    assert list((sdks / language).rglob("[rR]oster*"))


def test_the_sdk_for_python_compiles(sdks: Path) -> None:
    """Whoever uses the bridge in Python too; to import it, packages of its own are needed."""
    run([sys.executable, "-m", "compileall", "-q", "pulumi_mfa"], sdks / "python")
