"""`make demo` tells the truth, touches nothing of the user's, and leaves nothing behind however it ends."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import engines
import pytest

DEMO = Path(engines.__file__).with_name("demo.py")
ROOT = DEMO.parent.parent
PHONE = "  alice  virtual device  arn:aws:iam::111122223333:mfa/alice-phone\n"
KEY = "  alice  security key    arn:aws:iam::111122223333:u2f/user/alice/yubikey-EXAMPLE\n"
TOKEN = "  bob    hardware token  GAHT12345678\n"
STORY = [
    "\n$ pulumi stack init demo\n",
    '\n$ MFA_ASSOCIATION_CODES="mfa/alice-phone=CODE,CODE" pulumi up --skip-preview\n',
    "+ 4 created",
    f"\nAWS's list now (ListMFADevices):\n{PHONE}{KEY}{TOKEN}\n",
    "\n-    - arn:aws:iam::111122223333:mfa/alice-phone\n",
    "\n$ pulumi preview\n",
    "MfaDeviceAssociation mfa/alice-phone delete",
    "- 1 to delete",
    "\n$ pulumi preview --json --show-sames --show-replacement-steps | mfa-association review - --live --roster-base before.yaml --roster roster.yaml\n",
    "1 user loses an MFA device; another one stays.\n",
    "deactivated   1     yes       no     roster.yaml:4\n",
    f"\nAWS's list before (ListMFADevices):\n{PHONE}{KEY}{TOKEN}\n",
    "\n$ pulumi up --skip-preview\n",
    "- 1 deleted",
    f"\nAWS's list after (ListMFADevices):\n{KEY}{TOKEN}\n",
    "\n-  bob:\n-    - GAHT12345678\n",
    "1 user loses an MFA device and would be left with none, and could sign in with a password alone.\n",
    "bob could sign in to the AWS console with a password alone.\n",
    "bob could sign in with a password alone",
    f"\nAWS's list in the end (ListMFADevices):\n{KEY}  bob    none\n",
    "\nChecked: ",
    "\nNext: ",
]
TERRAFORM_STORY = [
    "\n$ ENGINE init\n",
    """\n$ TF_VAR_codes='{"mfa/alice-phone"=["CODE","CODE"]}' ENGINE apply -auto-approve\n""",
    "3 added, 0 changed, 0 destroyed",
    f"\nAWS's list now (ListMFADevices):\n{PHONE}{KEY}{TOKEN}\n",
    "\n-    - arn:aws:iam::111122223333:mfa/alice-phone\n",
    "\n$ ENGINE plan\n",
    'mfa_device_association.device["mfa/alice-phone"] will be destroyed',
    "| mfa-association review - --live --roster-base before.yaml --roster roster.yaml\n",
    "1 user loses an MFA device; another one stays.\n",
    "deactivated   1     yes       no     roster.yaml:4\n",
    f"\nAWS's list before (ListMFADevices):\n{PHONE}{KEY}{TOKEN}\n",
    "\n$ ENGINE apply -auto-approve\n",
    "0 added, 0 changed, 1 destroyed",
    f"\nAWS's list after (ListMFADevices):\n{KEY}{TOKEN}\n",
    "\n-  bob:\n-    - GAHT12345678\n",
    "1 user loses an MFA device and would be left with none, and could sign in with a password alone.\n",
    "bob could sign in to the AWS console with a password alone.\n",
    "bob could sign in with a password alone",
    f"\nAWS's list in the end (ListMFADevices):\n{KEY}  bob    none\n",
    "\nChecked: ",
    "\nNext: ",
]
SECONDS = re.compile(r" \([\d.]+s\)|\b[\d.]+s\b")
# What a login of the user would be: every one of these would make the demo fail, or go to the wrong place.
LOGIN = {
    "AWS_PROFILE": "missing",
    "AWS_ACCESS_KEY_ID": "mine",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "PULUMI_ACCESS_TOKEN": "mine",
    "PULUMI_BACKEND_URL": "https://127.0.0.1:9",
    "PULUMI_STACK": "production",
    "MFA_ASSOCIATION_CODES": "mfa/mine=1,2",
    "MFA_ASSOCIATION_PROVIDER": "missing",
    "TF_CLI_CONFIG_FILE": "/missing",
    "TF_VAR_codes": "mine",
}


class User:
    """Somebody with a login, a home and an empty folder to stand in."""

    def __init__(self, root: Path, path: str) -> None:
        self.folders = {name: root / name for name in ("home", "here", "tmp")}
        for folder in (*self.folders.values(), root / "home" / ".pulumi", root / "home" / ".aws"):
            folder.mkdir()
        (root / "home" / ".pulumi" / "credentials.json").write_text("{}")
        (root / "home" / ".aws" / "config").write_text("not a config")
        self.root, self.path = root, path
        self.before = self.belongings()

    def start(self, engine: str = "pulumi") -> "subprocess.Popen[str]":
        """Start the demo in a process group of its own, as a shell does."""
        places = {"HOME": str(self.folders["home"]), "TMPDIR": str(self.folders["tmp"]), "PATH": self.path}
        return subprocess.Popen(
            [sys.executable, DEMO, "--engine", engine],
            cwd=self.folders["here"],
            env={**LOGIN, **places},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def belongings(self) -> dict[str, object]:
        """What the demo must leave alone: the user's files, and the project's own."""
        own = [path for path in self.root.rglob("*") if path.name != "pulumi"]
        project = [path for path in ROOT.glob("*") if path.is_file()]
        return {str(path): path.read_bytes() if path.is_file() else None for path in own + project}

    def check_nothing_is_left(self) -> None:
        """No file, no folder, no process."""
        assert self.belongings() == self.before
        assert _processes(str(self.folders["tmp"])) == []


@pytest.fixture
def user(pulumi: Path, tmp_path: Path) -> User:
    """A user who has the real engine on PATH."""
    places = [str(Path(sys.executable).parent), str(pulumi.parent), os.environ["PATH"]]
    return User(tmp_path, os.pathsep.join(places))


@pytest.mark.deep
def test_the_story_is_told_in_order_and_nothing_is_left(user: User) -> None:
    demo = user.start()
    told, complaints = demo.communicate(timeout=120)
    assert (demo.returncode, complaints) == (0, ""), told
    assert re.findall(r"^(\d)\. ", told, re.MULTILINE) == list("123456")
    end = 0
    for part in STORY:
        assert part in told[end:], told
        end = told.index(part, end)
    assert not re.search(r"\b\d{6}\b|\b[A-Z2-7]{16,}\b|\x1b", told)
    assert _lines(_shown_in_readme()) <= _lines(told)
    user.check_nothing_is_left()


@pytest.mark.deep
def test_the_same_story_is_told_with_terraform_and_with_opentofu(tmp_path: Path, program: Path) -> None:
    engine, places = program.name, [str(Path(sys.executable).parent), str(program.parent), "/usr/bin", "/bin"]
    user = User(tmp_path, os.pathsep.join(places))
    demo = user.start(engine)
    told, complaints = demo.communicate(timeout=120)
    assert (demo.returncode, complaints) == (0, ""), told
    end = 0
    for part in (part.replace("ENGINE", engine) for part in TERRAFORM_STORY):
        assert part in told[end:], told
        end = told.index(part, end)
    assert not re.search(r"\b\d{6}\b|\b[A-Z2-7]{16,}\b|\x1b", told)
    user.check_nothing_is_left()


@pytest.mark.parametrize(
    ("number", "moment"),
    [(signal.SIGINT, "$ MFA_ASSOCIATION_CODES"), (signal.SIGINT, "mfa/alice-phone creating"), (signal.SIGTERM, "2. ")],
)
def test_a_signal_in_the_middle_leaves_one_line_and_nothing_else(
    user: User, number: signal.Signals, moment: str
) -> None:
    demo = user.start()
    assert demo.stdout
    assert any(moment in line for line in demo.stdout), demo.communicate()[1]
    os.killpg(demo.pid, number)
    complaints = demo.communicate(timeout=30)[1]
    assert (demo.returncode, complaints.strip().count("\n")) == (128 + number, 0)
    assert complaints.startswith("\nInterrupted: ")
    user.check_nothing_is_left()


@pytest.mark.long
def test_a_step_that_fails_is_named_after_its_output(tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text("#!/bin/sh\n(sleep 60) &\necho no such stack\nexit 3\n")
    (tmp_path / "pulumi").chmod(0o755)
    user = User(tmp_path, f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    told, complaints = user.start().communicate(timeout=30)
    assert told.endswith("$ pulumi stack init demo\nno such stack\n"), complaints
    sentence = "in step 2, `pulumi stack init demo` ended with exit code 3; its output is above"
    assert complaints == f"\nThe demo failed: {sentence}.\n"
    user.check_nothing_is_left()


def test_without_an_engine_it_says_who_finds_one(tmp_path: Path) -> None:
    user = User(tmp_path, str(tmp_path))
    assert "`make demo` finds or builds one" in user.start().communicate(timeout=30)[1]
    user.check_nothing_is_left()


def _shown_in_readme() -> str:
    told = (ROOT / "README.md").read_text().partition("What `make demo` prints, in part:")[2]
    return told.partition("```console\n")[2].partition("```")[0]


def _lines(text: str) -> set[str]:
    """The lines, without what differs from run to run: spaces at the end, and durations."""
    return {SECONDS.sub("", line.rstrip()).rstrip() for line in text.splitlines()}


def _processes(marker: str) -> list[str]:
    """The processes with this text in their environment, where the system tells."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environment.read_bytes():
                found.append((environment.parent / "cmdline").read_text())
        except OSError:
            continue
    return found
