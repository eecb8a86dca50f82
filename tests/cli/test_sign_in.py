"""A profile that asks for an MFA code: asked once where there is a terminal, refused in one sentence where not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_association.aws.session import open_session
from mfa_association.sandbox import Sandbox
from tests.cli.conftest import ACCOUNT
from tests.support.terminal import Bench, Here

PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/carol-phone"
CONFIG = f"""\
[profile base]
region = us-east-1
[profile admin]
role_arn = arn:aws:iam::{ACCOUNT}:role/infra
source_profile = base
mfa_serial = {PHONE}
"""
KEY = "AKIASANDBOXCAROL0000"
NO_TERMINAL = ": the profile asks for an MFA code (mfa_serial); get a session first (aws sts get-session-token) and export its keys\n"


@pytest.fixture
def admin(bench: Bench, box: Sandbox) -> Bench:
    """Commands with the profile, and no keys in the environment."""
    box.add(
        {
            "keys": {KEY: {"account": ACCOUNT, "user": "carol"}},
            "accounts": {ACCOUNT: {"roles": {"infra": {"trusts": [ACCOUNT]}}}},
        }
    )
    (bench.folder / "config").write_text(CONFIG)
    (bench.folder / "credentials").write_text(f"[base]\naws_access_key_id = {KEY}\naws_secret_access_key = x\n")
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    kept = {name: value for name, value in bench.env.items() if name not in keys}
    files = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
    env = {**kept, **{name: str(bench.folder / file) for name, file in files.items()}, "AWS_PROFILE": "admin"}
    return replace(bench, env=env)


COMMANDS = (
    ["status"],
    ["drift", "--roster", "roster.yaml"],
    ["adopt", "--roster", "new.yaml"],
    ["revoke", "carol", "--dry-run"],
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_without_a_terminal_it_is_one_sentence(
    admin: Bench,
    box: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in admin.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(admin.folder)
    open_session.cache_clear()
    done = Here(monkeypatch, capsys).run(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert NO_TERMINAL in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not box.calls()


@pytest.mark.long
def test_in_a_terminal_it_is_asked_once_before_any_progress(admin: Bench, box: Sandbox) -> None:
    with admin.terminal("status") as terminal:
        terminal.until(f"Enter MFA code for {PHONE}: ")
        assert "users" not in terminal.text
        terminal.type("12345\n")
        terminal.until("An MFA code has 6 digits.")
        terminal.until(f"Enter MFA code for {PHONE}: ")
        first, _ = box.codes(PHONE)
        terminal.type(f"{first}\n")
        assert terminal.ended() == 3, terminal.text
    assert first not in terminal.text
    assert terminal.text.count("Enter MFA code") == 2
    assert "1 of 2 console users hold a device; 1 holds none" in terminal.text
    assert box.calls()["AssumeRole"] == 1


@pytest.mark.long
@pytest.mark.parametrize(
    ("key", "code", "words"),
    [("\x04", 1, "asking for the MFA code of the profile: none was given; nothing was changed"), ("\x03", 130, "")],
    ids=["Ctrl-D", "Ctrl-C"],
)
def test_who_gives_no_code_reads_no_traceback(admin: Bench, box: Sandbox, key: str, code: int, words: str) -> None:
    with admin.terminal("status") as terminal:
        terminal.until("Enter MFA code")
        terminal.type(key)
        assert terminal.ended() == code
    assert words in terminal.text
    assert "Traceback" not in terminal.text
    assert not box.calls()


@pytest.mark.long
def test_a_code_that_aws_refuses_is_one_sentence(admin: Bench, box: Sandbox) -> None:
    box.fault(
        "AssumeRole", error="AccessDenied", message="MultiFactorAuthentication failed with invalid MFA one time pass"
    )
    with admin.terminal("status") as terminal:
        terminal.until("Enter MFA code")
        terminal.type("123456\n")
        assert terminal.ended() == 1
    assert "signing in with the profile of the AWS configuration: the role cannot be assumed; " in terminal.text
    assert "and the MFA code if one was asked for" in terminal.text
    assert "Traceback" not in terminal.text
    assert terminal.text.count("Enter MFA code") == 1
