"""The settings reach every client: ours, and those that botocore makes for the role that a profile names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from mfa_association.aws import boto
from mfa_association.aws.errors import AwsError, BadSettings, MfaCodeNeeded, NoCredentials, Throttling
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session, sign_in
from mfa_association.aws.settings import MOST_AT_ONCE, Role, Settings
from tests.support.stage import failure

ROLE = "arn:aws:iam::111122223333:role/admin"
PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
TOKEN_FILE = "web_identity_token_file = {folder}/absent"
CONFIG = """\
[profile base]
[profile admin]
role_arn = {role}
source_profile = base
region = eu-west-1
{more}
"""
KEYS = "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = x\n"
ANSWERS = {
    "AssumeRole": """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>""",
    "GetCallerIdentity": """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/admin/x</Arn>
        <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>""",
}
THROTTLED = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


@dataclass
class Aws:
    """Answers two calls of STS, throttles all else, and keeps what was asked, also as a proxy."""

    url: str
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Of each call the action, the address as it came and the access key."""
    forms: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture
def aws() -> Iterator[Aws]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            action, key = form["Action"][0], self.headers["Authorization"].partition("Credential=")[2]
            heard.asked.append((action, self.path, key.partition("/")[0]))
            heard.forms.append(form)
            body = ANSWERS.get(action, THROTTLED).encode()
            self.send_response(200 if action in ANSWERS else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Aws(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the AWS configuration, with more lines in the profile ``admin``."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    (tmp_path / "credentials").write_text(KEYS)

    def write(more: str = "") -> None:
        (tmp_path / "config").write_text(CONFIG.format(role=ROLE, more=more.format(folder=tmp_path)))

    write()
    return write


def endpoints(url: str) -> tuple[tuple[str, str], ...]:
    return (("iam", url), ("sts", url))


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_every_call_that_runs_at_once_has_a_connection(service: str) -> None:
    client = boto.ConfiguredSession(Settings("us-east-1", None, "key", "secret")).create_client(service)
    assert client.meta.config.max_pool_connections == MOST_AT_ONCE


def test_the_sts_endpoint_serves_the_role_of_a_profile(profile: Any, aws: Aws) -> None:
    assert Session(Settings(profile="admin", endpoints=endpoints(aws.url))).caller.account_id == "111122223333"
    assert aws.asked == [("AssumeRole", "/", "AKIABASE"), ("GetCallerIdentity", "/", "ASIAROLE")]


@pytest.mark.parametrize(
    "roles", [(), (Role("arn:aws:iam::111122223333:role/next"),)], ids=["profile", "role after it"]
)
def test_the_proxy_serves_the_role_of_a_profile(profile: Any, aws: Aws, roles: tuple[Role, ...]) -> None:
    settings = Settings(profile="admin", endpoints=endpoints("http://aws.invalid"), proxy=aws.url, roles=roles)
    assert Session(settings).caller.account_id == "111122223333"
    assert [action for action, _, _ in aws.asked] == ["AssumeRole"] * (1 + len(roles)) + ["GetCallerIdentity"]
    assert {path for _, path, _ in aws.asked} == {"http://aws.invalid/"}


class Stopped(Exception):
    """Nothing leaves the process."""


def sent_to(settings: Settings) -> str:
    """Where the first request goes: AssumeRole, for the profile ``admin``."""
    urls: list[str] = []

    def stop(request: Any, **_: Any) -> None:
        urls.append(request.url)
        raise Stopped

    session: Any = boto.ConfiguredSession(settings)
    session.register("before-send", stop)
    with pytest.raises(Stopped):
        boto.make_client(session, "sts", 1).get_caller_identity()
    return urls[0]


@pytest.mark.parametrize(
    ("settings", "env", "host", "reason"),
    [
        ({}, {}, "sts.eu-west-1.amazonaws.com", "the profile's region"),
        ({}, {"AWS_REGION": "eu-central-1"}, "sts.eu-central-1.amazonaws.com", "as Terraform and pulumi-aws"),
        ({}, {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-west-2"}, "sts.eu-central-1.amazonaws.com",
         "AWS_REGION wins"),
        ({}, {"AWS_DEFAULT_REGION": "us-west-2"}, "sts.us-west-2.amazonaws.com", "the older name"),
        ({"region": "us-east-2"}, {"AWS_REGION": "eu-central-1"}, "sts.us-east-2.amazonaws.com", "settings win"),
        ({"use_fips": True, "region": "us-east-2"}, {}, "sts-fips.us-east-2.amazonaws.com", "FIPS"),
        ({"region": "us-east-2"}, {"AWS_USE_FIPS_ENDPOINT": "true"}, "sts-fips.us-east-2.amazonaws.com", "environment"),
        ({"use_fips": False, "region": "us-east-2"}, {"AWS_USE_FIPS_ENDPOINT": "true"}, "sts.us-east-2.amazonaws.com",
         "false overrides the environment"),
        ({"use_dualstack": False}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "sts.eu-west-1.amazonaws.com", "so here"),
        ({}, {"AWS_ENDPOINT_URL_STS": "http://sts.example"}, "sts.example", "the environment's endpoint"),
    ],
)  # fmt: skip
def test_where_a_profiles_role_is_assumed(
    profile: Any, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], env: dict[str, str], host: str, reason: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert sent_to(Settings(profile="admin", **settings)).split("/")[2] == host, reason


def test_no_region_at_all_is_us_east_1(profile: Any) -> None:
    assert sent_to(Settings(profile="base")) == "https://sts.us-east-1.amazonaws.com/"


@pytest.mark.parametrize("verify", [False, "/ca.pem"])
def test_certificates_are_checked_as_the_settings_say(
    profile: Any, monkeypatch: pytest.MonkeyPatch, verify: bool | str
) -> None:
    """Also by the clients that botocore makes: it takes the bundle of the session for each."""
    monkeypatch.setenv("AWS_CA_BUNDLE", "/other.pem")
    assert boto.ConfiguredSession(Settings(profile="admin", verify=verify)).get_config_variable("ca_bundle") == verify
    assert boto.ConfiguredSession(Settings(profile="admin")).get_config_variable("ca_bundle") == "/other.pem"


@pytest.mark.long
@pytest.mark.parametrize(
    ("settings", "env", "attempts", "reason"),
    [
        ({}, {}, 5, "ours"),
        ({}, {"AWS_MAX_ATTEMPTS": "2"}, 2, "the environment's"),
        ({}, {"AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": "adaptive"}, 2, "in another mode"),
        ({}, {"AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": "legacy"}, 2, "in the oldest mode"),
        ({"read_attempts": 3}, {"AWS_MAX_ATTEMPTS": "2"}, 3, "settings win"),
    ],
)
def test_attempts_of_reads_and_writes(
    profile: Any,
    aws: Aws,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    env: dict[str, str],
    attempts: int,
    reason: str,
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    iam = Iam(Session(Settings(profile="base", endpoints=endpoints(aws.url), **settings)))
    failure(lambda: iam.list_mfa_devices("alice"), Throttling)
    assert len(aws.asked) == attempts, reason
    failure(lambda: iam.deactivate_mfa_device("alice", PHONE), Throttling)
    assert len(aws.asked) == attempts + 1, "a write is never repeated here"


@pytest.mark.parametrize(
    ("env", "reason"),
    [({"AWS_RETRY_MODE": "often"}, "no mode"), ({"AWS_MAX_ATTEMPTS": "many"}, "no number")],
)
def test_an_environment_that_makes_no_sense_is_one_sentence(
    profile: Any, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], reason: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    sentence = failure(lambda: Session(Settings(profile="base")).caller, BadSettings)
    assert sentence.startswith("connecting to AWS STS: the AWS configuration cannot be used; "), reason


def test_nobody_is_asked_for_an_mfa_code_where_nobody_is_there(profile: Any, aws: Aws) -> None:
    profile(f"mfa_serial = {PHONE}")
    session = Session(Settings(profile="admin", endpoints=endpoints(aws.url)))
    assert failure(lambda: session.caller, MfaCodeNeeded) == (
        "finding out whose AWS credentials are in use: the profile asks for an MFA code (mfa_serial); "
        "get a session first (aws sts get-session-token) and export its keys"
    )
    failure(lambda: session.caller, MfaCodeNeeded)  # for the next resource of this process botocore has other words
    assert aws.asked == []


def test_one_code_serves_for_the_whole_process(profile: Any, aws: Aws) -> None:
    profile(f"mfa_serial = {PHONE}")
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return "123456"

    settings = Settings(profile="admin", endpoints=endpoints(aws.url), ask_mfa_code=ask)
    sign_in(settings)
    assert prompts == [f"Enter MFA code for {PHONE}: "]
    assert [session.caller.account_id for session in (Session(settings), Session(settings))] == ["111122223333"] * 2
    assert len(prompts) == 1
    assert [action for action, _, _ in aws.asked] == ["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]
    assert (aws.forms[0]["TokenCode"], aws.forms[0]["SerialNumber"]) == (["123456"], [PHONE])


def test_signing_in_without_such_a_profile_calls_nothing(profile: Any, aws: Aws) -> None:
    sign_in(Settings(profile="base", endpoints=endpoints(aws.url), ask_mfa_code=lambda prompt: ""))
    assert aws.asked == []


@pytest.mark.parametrize(
    ("more", "kind", "words"),
    [
        (TOKEN_FILE, BadSettings, "No such file or directory: "),
        ("web_identity_token_file = {folder}", BadSettings, "Is a directory: "),
    ],
)
def test_a_web_identity_token_that_cannot_be_read_is_one_sentence(
    profile: Any, aws: Aws, more: str, kind: type[AwsError], words: str
) -> None:
    profile(more)
    session = Session(Settings(profile="admin", endpoints=endpoints(aws.url)))
    sentence = failure(lambda: session.caller, kind)
    assert "the AWS configuration cannot be used; correct the region, endpoint or file that is named (AWS: " in sentence
    assert words in sentence


@pytest.mark.parametrize(
    ("process", "kind"),
    [("/absent/program", BadSettings), ("false", NoCredentials), ("echo nothing", BadSettings)],
)
def test_a_credential_process_that_fails_is_one_sentence(
    profile: Any, tmp_path: Path, process: str, kind: type[AwsError]
) -> None:
    (tmp_path / "config").write_text(f"[profile other]\ncredential_process = {process}\n")
    sentence = failure(lambda: Session(Settings(profile="other")).caller, kind)
    assert ("is not JSON: " in sentence) is (process == "echo nothing")
