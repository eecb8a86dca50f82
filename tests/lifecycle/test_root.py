"""The root user of a member account: looked at and deactivated in AssumeRoot sessions, never by name, never enabled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from mfa_association import lifecycle
from mfa_association.aws import boto, errors
from mfa_association.aws.errors import AwsError
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import NoRootUser
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import AccountContext, Association, refusals
from mfa_association.validation import ROOT_USER
from tests.support.stage import OLD, Stage, failure, hardware, user, virtual

TASKS = "arn:aws:iam::aws:policy/root-task/"
AUDIT, DELETE = f"{TASKS}IAMAuditRootUserCredentials", f"{TASKS}IAMDeleteRootUserCredentials"
TOKEN = "GAHT12345678"
ROOT_FIRST = "delete its password and access keys first, its last device after them"


class Asked:
    """What was asked of AssumeRoot, and where every request went."""

    def __init__(self) -> None:
        self.sessions: list[dict[str, Any]] = []
        self.urls: list[str] = []
        self.forms: list[dict[str, str]] = []

    def note_session(self, params: dict[str, Any], **_: Any) -> None:
        self.sessions.append(dict(params))

    def note_request(self, request: Any, **_: Any) -> None:
        self.urls.append(str(request.url))

    def note_form(self, params: dict[str, Any], **_: Any) -> None:
        self.forms.append(dict(params["body"]))

    @property
    def policies(self) -> list[str]:
        return [params["TaskPolicyArn"]["arn"] for params in self.sessions]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Listens to every session that is made."""
    heard, make = Asked(), boto.ConfiguredSession

    def listening(settings: Settings) -> Any:
        session: Any = make(settings)
        session.register("provide-client-params.sts.AssumeRoot", heard.note_session)
        session.register("before-call.iam", heard.note_form)
        session.register("before-send", heard.note_request)
        return session

    monkeypatch.setattr(boto, "ConfiguredSession", listening)
    return heard


class Company:
    """A management account, whose key is used, and one member with a root user."""

    def __init__(self, stage: Stage, *devices: dict[str, Any], password: bool = False, **more: Any) -> None:
        self.stage, self.member = stage, f"9{stage.account[1:]}"
        organization = {"management": stage.account, "members": [self.member], "root_credentials_management": True}
        self.organize(**organization)
        root = user(*devices, **({"password": True} if password else {}))
        stage.box.add({"accounts": {self.member: {"root": root, **more}}})
        stage.plant()
        stage.start_counting()

    def organize(self, **organization: Any) -> None:
        self.stage.box.add({"accounts": {}, "organization": organization})

    @property
    def serial(self) -> str:
        return f"arn:aws:iam::{self.member}:mfa/root-phone"

    def run(self, account: str | None = None, **limits: Any) -> AccountContext:
        endpoints = (("iam", self.stage.box.url), ("sts", self.stage.box.url))
        settings = Settings("us-east-1", None, self.stage.key, "secret", "token", endpoints, read_attempts=1)
        return self.stage.run(iam=RootIam(settings, account or self.member), **limits)

    def saved(self, serial: str | None = None, **known: Any) -> Association:
        saved = self.stage.saved(serial or self.serial, ROOT_USER, **known)
        return replace(saved, account_id=self.member, user_id=self.member)

    def holders(self) -> dict[str, list[str]]:
        return self.stage.box.holders(self.member)


PHONE = virtual("root-phone", enable_date=OLD)


def test_a_held_device_is_adopted_without_a_write(stage: Stage, asked: Asked) -> None:
    company = Company(stage, PHONE)
    wanted = stage.wanted(company.serial, ROOT_USER)
    assert lifecycle.create(company.run(), wanted) == company.saved(enable_date=OLD)
    assert stage.calls() == {"AssumeRoot": 1, "GetCallerIdentity": 1, "ListMFADevices": 1}
    assert asked.policies == [AUDIT]
    assert asked.sessions[0]["DurationSeconds"] == 900
    assert asked.sessions[0]["TargetPrincipal"] == company.member


@pytest.mark.parametrize("serial", [None, TOKEN])
def test_what_is_not_in_roots_own_list_is_inactive(stage: Stage, serial: str | None) -> None:
    company = Company(stage)
    saved = company.saved(serial, enable_date=OLD)
    assert lifecycle.read(company.run(), saved) == replace(saved, active=False, enable_date=None)
    assert lifecycle.create(company.run(), stage.wanted(saved.serial_number.text, ROOT_USER)).active is False
    assert "ListVirtualMFADevices" not in stage.calls()


@pytest.mark.parametrize("device", [PHONE, hardware(), {"kind": "fido", "serial": "key"}], ids=lambda one: one["kind"])
def test_a_device_of_any_kind_is_deactivated_without_a_user_name(
    stage: Stage, asked: Asked, device: dict[str, Any]
) -> None:
    key = f"arn:aws:iam::9{stage.account[1:]}:u2f/root/key-A"
    device = {**device, "serial": key} if device["kind"] == "fido" else device
    company = Company(stage, device)
    serial = {"virtual": company.serial, "hardware": TOKEN, "fido": key}[device["kind"]]
    lifecycle.delete(company.run(), company.saved(serial, enable_date=OLD))
    assert company.holders() == {}
    assert asked.policies == [AUDIT, DELETE]
    assert [form["Action"] for form in asked.forms] == ["ListMFADevices", "GetLoginProfile", "DeactivateMFADevice"]
    assert not any("UserName" in form for form in asked.forms)
    removal = next(call for call in stage.box.log() if call.action == "DeactivateMFADevice")
    assert (removal.account, removal.user, removal.caller) == (
        company.member,
        None,
        f"arn:aws:iam::{company.member}:root",
    )


def test_a_look_does_not_ask_for_the_session_that_can_delete(stage: Stage, asked: Asked) -> None:
    company = Company(stage, PHONE)
    lifecycle.read(company.run(), company.saved(enable_date=OLD))
    assert asked.policies == [AUDIT]


@pytest.mark.parametrize("left, renewed", [(900, False), (150, False), (100, True)])
def test_a_session_is_renewed_before_its_end_and_not_at_every_call(
    stage: Stage, asked: Asked, left: int, renewed: bool
) -> None:
    company = Company(stage, PHONE)
    stage.box.skew(left - 900)
    run = company.run()
    for _ in range(3):
        lifecycle.read(run, company.saved(enable_date=OLD))
    assert (len(asked.sessions) > 1) is renewed


def test_a_second_removal_finds_it_done(stage: Stage) -> None:
    company = Company(stage)
    lifecycle.delete(company.run(), company.saved())
    assert stage.notes == [f"{company.serial} of the root user was already inactive"]


@pytest.mark.parametrize("refuse", [True, False])
def test_the_order_is_password_and_keys_first(stage: Stage, refuse: bool) -> None:
    company = Company(stage, PHONE, password=True)
    if refuse:
        told = failure(lambda: lifecycle.delete(company.run(), company.saved(), "refuse"), refusals.LastDevice)
        assert f"nothing was changed, {ROOT_FIRST} or run once with MFA_ASSOCIATION_ON_LAST_DEVICE=allow" in told
        assert company.holders()
    else:
        lifecycle.delete(company.run(), company.saved())
        assert stage.warnings[0].endswith(f"the root user could sign in with a password alone: {ROOT_FIRST}")


def test_without_a_password_there_is_nothing_to_advise(stage: Stage) -> None:
    company = Company(stage, PHONE)
    lifecycle.delete(company.run(), company.saved(), "refuse")
    assert stage.warnings[0].endswith("it is the last MFA device; the root user has no console password")


def test_after_a_lost_answer_the_call_is_made_again(stage: Stage) -> None:
    company = Company(stage, PHONE)
    stage.fault("DeactivateMFADevice", drop=True, when="after")
    lifecycle.delete(company.run(), company.saved())
    assert stage.writes() == ["DeactivateMFADevice"] * 2
    assert company.holders() == {}


class Trouble(NamedTuple):
    reason: str
    arrange: Callable[[Company], object]
    error: type[AwsError]
    sentence: str


def _member(company: Company, **more: Any) -> None:
    company.stage.box.add({"accounts": {company.member: more}})


def _features(company: Company, **features: Any) -> None:
    company.organize(management=company.stage.account, members=[company.member], **features)


ROOTS_SESSION = "no root session is allowed there; the management account itself has none; for a member account "
TROUBLES = (
    Trouble(
        "an SCP denies the look",
        lambda company: _member(company, scp_deny_root=["iam:ListMFADevices"]),
        errors.AccessDenied,
        "a service control policy denies it to root users; exempt the root task sessions in the policy that AWS names",
    ),
    Trouble(
        "the feature is not enabled",
        lambda company: _features(company, root_credentials_management=False),
        errors.RootFeatureDisabled,
        "the organization does not manage root credentials centrally; enable it with "
        "EnableOrganizationsRootCredentialsManagement in the management account",
    ),
    Trouble(
        "IAM has no trusted access",
        lambda company: _features(company, root_credentials_management=True, trusted_access=False),
        errors.RootFeatureDisabled,
        "the organization does not manage root credentials centrally; enable it with "
        "EnableOrganizationsRootCredentialsManagement in the management account",
    ),
    Trouble(
        "the caller is in a member account",
        lambda company: company.organize(
            management="1" * 12, members=[company.member, company.stage.account], root_credentials_management=True
        ),
        errors.AccessDenied,
        ROOTS_SESSION,
    ),
    Trouble(
        "the account is no member",
        lambda company: company.organize(
            management=company.stage.account, members=[], root_credentials_management=True
        ),
        errors.AccessDenied,
        ROOTS_SESSION,
    ),
    Trouble(
        "the caller may not",
        lambda company: company.stage.box.add(
            {"keys": {company.stage.key: {"account": company.stage.account, "role": "ci", "deny": ["sts:AssumeRoot"]}}}
        ),
        errors.AccessDenied,
        ROOTS_SESSION,
    ),
)


@pytest.mark.parametrize("case", TROUBLES, ids=lambda case: case.reason)
def test_each_trouble_has_its_sentence(stage: Stage, case: Trouble) -> None:
    company = Company(stage, PHONE)
    case.arrange(company)
    told = failure(lambda: lifecycle.read(company.run(), company.saved(enable_date=OLD)), case.error)
    assert case.sentence in told
    failure(lambda: lifecycle.create(company.run(), stage.wanted(company.serial, ROOT_USER)), case.error)
    assert company.holders()


def test_an_scp_that_denies_the_deactivation_keeps_the_state(stage: Stage) -> None:
    company = Company(stage, PHONE)
    _member(company, scp_deny_root=["iam:DeactivateMFADevice"])
    told = failure(lambda: lifecycle.delete(company.run(), company.saved()), errors.AccessDenied)
    assert told.startswith(
        f"deactivating MFA device ({company.serial}) of the root user of account ({company.member}): a service control "
        "policy denies it to root users; exempt the root task sessions in the policy that AWS names, or act as root in "
        "the console (AWS: DeactivateMFADevice: AccessDenied: "
    )
    assert company.holders()


def test_the_management_account_itself(stage: Stage) -> None:
    company = Company(stage)
    run = company.run(stage.account)
    saved = replace(company.saved(f"arn:aws:iam::{stage.account}:mfa/root"), account_id=stage.account)
    told = failure(lambda: lifecycle.read(run, saved), errors.AccessDenied)
    assert told.startswith(f"opening a root session in account ({stage.account}): {ROOTS_SESSION}")


def test_china_has_no_root_user(stage: Stage) -> None:
    company = Company(stage)
    iam = RootIam(Settings("cn-north-1", None, stage.key, "secret", "token"), company.member)
    told = failure(lambda: lifecycle.read(stage.run(iam=iam), company.saved(TOKEN)), NoRootUser)
    assert "accounts in China have no root user; nothing was changed" in told
    assert stage.calls() == {}


@pytest.mark.parametrize(
    "region, host", [("eu-west-1", "sts.eu-west-1.amazonaws.com"), (None, "sts.us-east-1.amazonaws.com")]
)
def test_the_session_comes_from_a_regional_endpoint(
    stage: Stage, asked: Asked, monkeypatch: pytest.MonkeyPatch, region: str | None, host: str
) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    answer = b"<ErrorResponse><Error><Code>InvalidAction</Code></Error><RequestId>1</RequestId></ErrorResponse>"
    monkeypatch.setattr(Asked, "note_request", _answering(answer))
    company = Company(stage)
    iam = RootIam(Settings(region, None, stage.key, "secret", "token", read_attempts=1), company.member)
    told = failure(lambda: iam.list_mfa_devices(ROOT_USER), errors.InvalidInput)
    assert asked.urls == [f"https://{host}/"]
    assert "the endpoint does not know AssumeRoot; use a regional STS endpoint" in told


def _answering(content: bytes) -> Callable[..., AWSResponse]:
    """A request hook that answers itself: nothing leaves the process."""

    class Raw:
        def stream(self) -> list[bytes]:
            return [content]

    def answer(self: Asked, request: Any, **_: Any) -> AWSResponse:
        self.urls.append(str(request.url))
        return AWSResponse(request.url, 400, HTTPHeaders(), Raw())

    return answer
