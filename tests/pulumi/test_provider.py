"""The provider as the engine calls it."""

from __future__ import annotations

import base64
import json
import pickle
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from pulumi.dynamic import ConfigureRequest, DiffResult
from pulumi.dynamic.config import Config
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc

from mfa_association.aws.session import open_session
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Ledger
from mfa_association.pulumi import MfaDeviceAssociation, runtime
from mfa_association.pulumi.provider import Provider, ProviderError
from tests.pulumi.engine import SECRET, Log, declared_by
from tests.support.stage import OLD, Stage, hardware, user, virtual

PICKLE = "gASVMwAAAAAAAACMH21mYV9hc3NvY2lhdGlvbi5wdWx1bWkucHJvdmlkZXKUjAhQcm92aWRlcpSTlCmBlC4="
"""What lies in every state: any other byte would make a change of every resource."""
TYPE = "pulumi-python:dynamic/iam:MfaDeviceAssociation"
SERIAL = "arn:aws:iam::111122223333:mfa/alice-phone"
OTHER = "arn:aws:iam::111122223333:mfa/bob-phone"
FIDO = "arn:aws:iam::111122223333:u2f/user/alice/key-A"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ROLE = "arn:aws:iam::111122223333:role/mfa"
INPUTS: dict[str, Any] = {"user_name": "alice", "serial_number": SERIAL}
NO_SEED = "must be the device's seed: base32 text (A to Z, 2 to 7) or an otpauth:// address"
CUT_SEED = "is not complete: base32 text never has this length; a character is missing, or there is one too many"
CODES: dict[str, Any] = {"authentication_code_1": "271828", "authentication_code_2": "314159"}
UNKNOWN_VALUE: Any = rpc.deserialize_property(rpc.UNKNOWN, True)
"""What the SDK makes of a value that a preview does not know yet."""


# The wire format


def test_the_pickle_in_state_is_two_names() -> None:
    raw = base64.b64decode(PICKLE)
    assert b"mfa_association.pulumi.provider" in raw and b"\x08Provider" in raw
    # Python 3.14 pickles with protocol 5, which differs in this one byte.
    pinned = raw[:1] + bytes([pickle.DEFAULT_PROTOCOL]) + raw[2:]
    assert serialize_provider(Provider()) == base64.b64encode(pinned).decode()
    assert type(pickle.loads(raw)) is Provider


def test_the_class_is_found_by_its_name_and_holds_nothing() -> None:
    assert (Provider.__module__, Provider.__qualname__) == ("mfa_association.pulumi.provider", "Provider")
    assert not vars(Provider())
    assert Provider.serialize_as_secret_always is False


def test_serializing_leaves_the_pickler_alone() -> None:
    before = pickle.Pickler
    serialize_provider(Provider())
    assert pickle.Pickler is before


@pytest.mark.long
@pytest.mark.parametrize("count", [300, pytest.param(3000, marks=pytest.mark.deep)])
def test_so_many_resources_construct_in_one_program(count: int) -> None:
    def program() -> None:
        for number in range(count):
            MfaDeviceAssociation(f"mfa/phone-{number}", user_name="alice", serial_number=f"{SERIAL}-{number}")

    made = declared_by(program)
    assert len(made) == count
    assert {one.typ for one in made} == {TYPE}
    assert {one.inputs["__provider"] for one in made} == {serialize_provider(Provider())}


def test_the_inputs_are_those_that_were_given_and_codes_are_secrets() -> None:
    made = declared_by(
        lambda: MfaDeviceAssociation(
            "mfa/alice-phone", **INPUTS, **CODES, require_active=True, on_last_device="refuse", role_arn=ROLE
        )
    )
    secret = {name: {"4dabf18193072939515e22adb298388d": SECRET, "value": code} for name, code in CODES.items()}
    given = INPUTS | secret | {"require_active": True, "on_last_device": "refuse", "role_arn": ROLE}
    assert made[0].inputs == given | {"__provider": serialize_provider(Provider())}


def test_a_seed_is_a_secret_input_and_its_source_a_plain_one() -> None:
    made = declared_by(lambda: MfaDeviceAssociation("one", **INPUTS, seed=SEED, seed_source="env:SEED"))
    assert made[0].inputs["seed"] == {"4dabf18193072939515e22adb298388d": SECRET, "value": SEED}
    assert made[0].inputs["seed_source"] == "env:SEED"


def test_what_was_not_given_is_not_an_input() -> None:
    made = declared_by(lambda: MfaDeviceAssociation("mfa/alice-phone", **INPUTS, require_active=False))
    assert made[0].inputs == INPUTS | {"__provider": serialize_provider(Provider())}


# check and diff: offline


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(runtime, "context_of", refuse)
    monkeypatch.setattr(runtime, "_log", lambda *_: None)


FIDO_RULE = "cannot be used: a FIDO key or passkey is registered by its own user, in the console"
ROOT_RULE = "cannot be used: the root user registers its devices itself, in the console"
HOLDER_RULE = "must be given unless root_account_id is, and never with it"
SECRETS = ("authentication_code_1", "authentication_code_2", "seed")


class Check(NamedTuple):
    reason: str
    news: dict[str, Any]
    failures: tuple[tuple[str, str], ...] = ()


SOURCES = "file:PATH, ssm:/path or secretsmanager:ID[#key]"
NAME_RULE = "must hold only ASCII letters, digits and _+=,.@- (an IAM user name, not an ARN)"
ARN_RULE = "must be an MFA device: arn:aws:iam::ACCOUNT:mfa/NAME or arn:aws:iam::ACCOUNT:u2f/user/NAME/KEY"
CHECKS = (
    Check("the least", INPUTS),
    Check("everything", INPUTS | CODES | {"require_active": True, "on_last_device": "allow", "role_arn": ROLE}),
    Check("a FIDO key without codes", INPUTS | {"serial_number": FIDO}),
    Check(
        "nothing known",
        dict.fromkeys([*INPUTS, *CODES, "renew", "require_active", "on_last_device", "role_arn"], UNKNOWN_VALUE),
    ),
    Check("one code unknown", INPUTS | CODES | {"authentication_code_1": UNKNOWN_VALUE}),
    Check("codes for a device unknown", INPUTS | CODES | {"serial_number": UNKNOWN_VALUE}),
    Check("no holder", {"serial_number": SERIAL}, (("user_name", HOLDER_RULE),)),
    Check("two holders", INPUTS | {"root_account_id": "111122223333"}, (("user_name", HOLDER_RULE),)),
    Check("a root user", {"serial_number": SERIAL, "root_account_id": "111122223333"}),
    Check(
        "a root user of another account",
        {"serial_number": SERIAL, "root_account_id": "999999999999"},
        (("serial_number", "must be a device of account 999999999999"),),
    ),
    Check(
        "a root user with codes",
        {"serial_number": SERIAL, "root_account_id": "111122223333"} | CODES,
        (("", f"authentication_code_1 {ROOT_RULE}"),),
    ),
    Check("a seed", INPUTS | {"seed": SEED, "renew": "1", "on_destroy": "delete-virtual-device"}),
    Check("no seed", INPUTS | {"seed": "hunter2!"}, (("", f"seed {NO_SEED}"),)),
    Check("a seed that is cut off", INPUTS | {"seed": SEED[:-7]}, (("", f"seed {CUT_SEED}"),)),
    Check(
        "a seed and codes",
        INPUTS | CODES | {"seed": SEED},
        (("", "seed cannot be given together with authentication_code_1"),),
    ),
    Check("a FIDO key with a seed", INPUTS | {"serial_number": FIDO, "seed": SEED}, (("", f"seed {FIDO_RULE}"),)),
    Check(
        "a seed's place of no kind",
        INPUTS | {"seed_source": "here"},
        (("", "seed_source must be env:NAME, file:PATH, ssm:/path or secretsmanager:ID[#key]"),),
    ),
    Check(
        "a seed typed where its place belongs",
        INPUTS | {"seed_source": f"env:{SEED} {SEED}"},
        (("", f"seed_source must be env:NAME, {SOURCES} (the text after env: is not valid)"),),
    ),
    Check(
        "a token has no entity to delete",
        INPUTS | {"serial_number": "GAHT12345678", "on_destroy": "delete-virtual-device"},
        (("on_destroy", "is for virtual devices only"),),
    ),
    Check(
        "an empty user would be the caller itself",
        INPUTS | {"user_name": ""},
        (("user_name", "must be 1 to 128 characters long, not 0"),),
    ),
    Check(
        "an ARN for a user", INPUTS | {"user_name": "arn:aws:iam::111122223333:user/alice"}, (("user_name", NAME_RULE),)
    ),
    Check(
        "a short serial",
        INPUTS | {"serial_number": "GAHT"},
        (("serial_number", "must be 9 to 256 characters long, not 4"),),
    ),
    Check("another ARN", INPUTS | {"serial_number": ROLE}, (("serial_number", ARN_RULE),)),
    Check(
        "a guard of no kind",
        INPUTS | {"on_last_device": "maybe"},
        (("on_last_device", "must be one of refuse, warn, allow"),),
    ),
    Check("text for truth", INPUTS | {"require_active": "yes"}, (("require_active", "must be true or false"),)),
    Check(
        "no role",
        INPUTS | {"role_arn": SERIAL},
        (("role_arn", "must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME"),),
    ),
    Check(
        "one code",
        INPUTS | {"authentication_code_1": "271828"},
        (("", "authentication_code_2 is missing: give two consecutive codes, or none"),),
    ),
    Check(
        "a number for a code",
        INPUTS | CODES | {"authentication_code_2": 314159},
        (("", "authentication_code_2 must be six digits, as text"),),
    ),
    Check(
        "seven digits",
        INPUTS | CODES | {"authentication_code_1": "2718281"},
        (("", "authentication_code_1 must be six digits, as text"),),
    ),
    Check(
        "the same code twice",
        INPUTS | dict.fromkeys(CODES, "271828"),
        (("", "authentication_code_2 must differ from authentication_code_1: give two consecutive codes"),),
    ),
    Check(
        "a FIDO key with codes",
        INPUTS | CODES | {"serial_number": FIDO},
        (("", f"authentication_code_1 {FIDO_RULE}"),),
    ),
    Check(
        "all faults at once",
        {"user_name": 7, "serial_number": "a/b/c/d/e", "on_last_device": 1, "authentication_code_1": "27182x"},
        (
            ("user_name", "must be text"),
            ("serial_number", "must be the whole ARN of a virtual device or security key, or a hardware serial"),
            ("on_last_device", "must be one of refuse, warn, allow"),
            ("", "authentication_code_1 must be six digits, as text"),
        ),
    ),
)


@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case.reason)
def test_check_tells_all_faults_and_no_secret(offline: None, case: Check) -> None:
    result = Provider().check({}, dict(case.news))
    assert tuple((fault.property, fault.reason) for fault in result.failures) == case.failures
    secrets = [str(case.news[name]) for name in SECRETS if name in case.news]
    assert not any(secret in fault.reason for fault in result.failures for secret in secrets)


def test_check_keeps_the_inputs_less_the_blanks(offline: None) -> None:
    blanks = {"require_active": False, "role_arn": None, "active": None}
    assert Provider().check({}, INPUTS | CODES | blanks | {"__provider": "x"}).inputs == (
        INPUTS | CODES | {"__provider": "x"}
    )


ROOT = {"user_name": None, "root_account_id": "111122223333"}
SAVED = {**INPUTS, "active": True, "device_kind": "virtual", "account_id": "111122223333", "enable_date": OLD}


class Diff(NamedTuple):
    reason: str
    olds: dict[str, Any]
    news: dict[str, Any]
    changes: bool | None
    replaces: list[str]


DIFFS = (
    Diff("nothing", {}, {}, False, []),
    Diff("another device replaces", {}, {"serial_number": OTHER}, True, ["serial_number"]),
    Diff("a device in another case", {}, {"serial_number": SERIAL.replace("alice", "Alice")}, False, []),
    Diff("another holder moves", {}, {"user_name": "bob"}, True, []),
    Diff("a holder in another case", {}, {"user_name": "ALICE"}, False, []),
    Diff("a root user instead", {}, ROOT, True, ["root_account_id"]),
    Diff("a renewal", {}, {"renew": "1"}, True, []),
    Diff("a renewal, done", {"renew": "1"}, {"renew": "1"}, False, []),
    Diff("a seed alone", {}, {"seed": SEED}, False, []),
    Diff("the entity's fate", {}, {"on_destroy": "delete-virtual-device"}, True, []),
    Diff("both", {}, {"user_name": "bob", "serial_number": OTHER}, True, ["serial_number"]),
    Diff("codes alone", {}, CODES, False, []),
    Diff("codes on what is inactive", {"active": False}, CODES, False, []),
    Diff("a guard", {}, {"on_last_device": "refuse"}, True, []),
    Diff("the guard's default, said", {}, {"on_last_device": "warn"}, False, []),
    Diff("a guard taken back", {"on_last_device": "allow"}, {}, True, []),
    Diff("require_active", {}, {"require_active": True}, True, []),
    Diff("a role", {}, {"role_arn": ROLE}, True, []),
    Diff("outputs that no input names", {"active": False, "enable_date": None}, {}, False, []),
    Diff("another pickle of the provider", {"__provider": "old"}, {"__provider": "new"}, False, []),
)


@pytest.mark.parametrize("case", DIFFS, ids=lambda case: case.reason)
def test_diff_compares_named_keys(offline: None, case: Diff) -> None:
    result = Provider().diff(SERIAL, SAVED | case.olds, INPUTS | case.news)
    assert (result.changes, result.replaces) == (case.changes, case.replaces)
    assert result.delete_before_replace is ("root_account_id" in case.replaces)


@pytest.mark.parametrize(
    "key",
    [
        "serial_number",
        "user_name",
        "root_account_id",
        "renew",
        "require_active",
        "on_last_device",
        "on_destroy",
        "role_arn",
        "seed_source",
    ],
)
def test_diff_does_not_compare_what_is_unknown(offline: None, key: str) -> None:
    result = Provider().diff(SERIAL, SAVED, INPUTS | {key: UNKNOWN_VALUE})
    assert (result.changes, result.replaces) == (None, DiffResult().replaces)


@pytest.mark.parametrize("active, said", [(False, True), (True, False)])
def test_every_preview_warns_of_what_is_not_active(log: Log, active: bool, said: bool) -> None:
    Provider().diff(SERIAL, SAVED | {"active": active}, dict(INPUTS))
    told = ("WARNING", f"alice does not hold {SERIAL}: declared, not active")
    assert log.said == ([told] if said else [])


# create, read, update, delete


def _provider(stage: Stage, **config: str) -> Provider:
    """The provider as the plugin process makes it from state, configured for the sandbox."""
    settings = {
        "aws:region": "us-east-1",
        "aws:accessKey": stage.key,
        "aws:secretKey": "secret",
        "aws:token": "token",
        "aws:endpoints": json.dumps([{"iam": stage.box.url, "sts": stage.box.url}]),
        "aws:maxRetries": "0",
        "mfa:propagationTime": "0",
        "mfa:retryDeadline": "0",
    }
    provider = pickle.loads(base64.b64decode(PICKLE))
    assert isinstance(provider, Provider)
    provider.configure(ConfigureRequest(Config({**settings, **config}, "mfa")))
    return provider


def _news(stage: Stage, **more: Any) -> dict[str, Any]:
    return {"user_name": "alice", "serial_number": stage.arn(), "__provider": PICKLE, **more}


def _outs(stage: Stage, **more: Any) -> dict[str, Any]:
    """All outputs of an adopted device: what delete needs, and nothing else."""
    plain = {"user_name": "alice", "serial_number": stage.arn(), "active": True, "device_kind": "virtual"}
    return {**plain, "account_id": stage.account, "enable_date": OLD, "user_id": stage.user_id(), **more}


HELD = {"users": {"alice": user(virtual(enable_date=OLD), virtual("spare")), "bob": {}}}


@pytest.mark.parametrize(
    "reason, given",
    [
        ("plain", {}),
        ("settings", {"require_active": True, "on_last_device": "refuse"}),
        ("the default guard, said", {"on_last_device": "warn"}),
    ],
)
def test_create_returns_exact_outputs(stage: Stage, log: Log, reason: str, given: dict[str, Any]) -> None:
    stage.plant(**HELD)
    result = _provider(stage).create(_news(stage, **given, **CODES))
    assert result.id == stage.arn()
    assert result.outs == _outs(stage, **given), reason
    assert not log.said


def test_codes_enable_and_are_never_outputs(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    first, second = stage.codes()
    news = _news(stage, authentication_code_1=first, authentication_code_2=second)
    outs = _provider(stage).create(news).outs
    assert outs is not None and outs["active"] is True
    assert not {first, second} & {*map(str, outs.values())}
    assert not any(first in text or second in text for _, text in log.said)


def test_an_inactive_device_is_recorded(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    outs = _provider(stage).create(_news(stage)).outs
    expected = _outs(stage, active=False)
    del expected["enable_date"]
    assert outs == expected
    assert log.said == [("WARNING", f"alice does not hold {stage.arn()} yet; it is adopted once it is registered")]


def test_the_outputs_are_all_that_the_other_verbs_need(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    provider = _provider(stage)
    outs = provider.create(_news(stage)).outs
    read = provider.read(stage.arn(), {**(outs or {}), "__provider": PICKLE})
    assert (read.id, read.outs) == (stage.arn(), outs)
    later = _next_process(stage)
    later.delete(stage.arn(), {**(outs or {}), "__provider": PICKLE})
    assert stage.holders() == {"alice": [stage.arn("spare")]}
    assert not log.said


def _next_process(stage: Stage, **config: str) -> Provider:
    runtime._ledger.__init__()  # type: ignore[misc]
    return _provider(stage, **config)


def test_read_tells_that_it_is_inactive_and_never_gone(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": {}})
    saved = _outs(stage, on_last_device="refuse")
    result = _provider(stage).read(stage.arn(), dict(saved))
    del saved["enable_date"]
    assert (result.id, result.outs) == (stage.arn(), saved | {"active": False})


def test_update_of_a_setting_makes_no_call(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    saved = _outs(stage)
    stage.start_counting()
    outs = _provider(stage).update(stage.arn(), dict(saved), _news(stage, on_last_device="refuse", **CODES)).outs
    assert outs == saved | {"on_last_device": "refuse"}
    assert not stage.calls()


def test_update_of_the_holder_moves_the_device(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    first, second = stage.codes()
    news = _news(stage, user_name="bob", authentication_code_1=first, authentication_code_2=second)
    outs = _provider(stage).update(stage.arn(), _outs(stage), news).outs
    assert outs is not None and outs["user_name"] == "bob" and outs["user_id"] == stage.user_id("bob")
    assert stage.holders() == {"alice": [stage.arn("spare")], "bob": [stage.arn()]}


def test_the_saved_guard_stops_a_move(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": user(virtual(), password=True), "bob": {}})
    first, second = stage.codes()
    news = _news(stage, user_name="bob", authentication_code_1=first, authentication_code_2=second)
    told = _error(lambda: _provider(stage).update(stage.arn(), _outs(stage, on_last_device="refuse"), news))
    assert "on_last_device is 'refuse'" in told


def test_a_rename_of_the_resource_keeps_the_device(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    provider = _provider(stage)
    outs = provider.create(_news(stage)).outs
    provider.delete(stage.arn(), outs or {})
    assert stage.arn() in stage.holders()["alice"]
    assert log.said == [("WARNING", f"{stage.arn()} of alice stays active: another resource declares it")]


class Junk(NamedTuple):
    reason: str
    saved: dict[str, Any]
    cause: str


JUNK = (
    Junk("no user", {"user_name": None}, "user_name: is missing"),
    Junk("an empty user", {"user_name": ""}, "user_name '': must be 1 to 128 characters long, not 0"),
    Junk("no device", {"serial_number": None}, "serial_number: is missing"),
    Junk("no account", {"account_id": None}, "account_id: is missing"),
    Junk("foreign junk", {"account_id": ["x"]}, "account_id ['x']: must be text"),
    Junk("an account that is none", {"account_id": "12"}, "account_id '12': must be 12 characters long, not 2"),
    Junk(
        "another account's id", {"account_id": "9" * 12}, "account_id '999999999999': is not the account of the device"
    ),
    Junk(
        "another account's root",
        {"root_account_id": "9" * 12},
        "account_id '{account}': is not the account of the device",
    ),
    Junk(
        "another account's device",
        {"serial_number": SERIAL},
        "account_id '{account}': is not the account of the device",
    ),
    Junk("a user name with a newline", {"user_name": "alice\nbob"}, "user_name 'alice\\nbob': " + NAME_RULE),
    Junk("a role that is none", {"role_arn": "../x"}, "role_arn '../x': must be 20 to 2048 characters long, not 4"),
    Junk("a list for a user", {"user_name": ["alice"]}, "user_name ['alice']: must be text"),
    Junk("a guard of no kind", {"on_last_device": "no"}, "on_last_device 'no': must be one of refuse, warn, allow"),
    Junk("an end of no kind", {"on_destroy": "all"}, "on_destroy 'all': must be one of keep, delete-virtual-device"),
)


@pytest.mark.parametrize("verb", ["read", "update", "delete"])
@pytest.mark.parametrize("case", JUNK, ids=lambda case: case.reason)
def test_a_state_that_cannot_be_read_changes_nothing(stage: Stage, log: Log, case: Junk, verb: str) -> None:
    stage.plant(**HELD)
    saved = {key: value for key, value in {**_outs(stage), **case.saved}.items() if value is not None}
    provider = _provider(stage)
    stage.start_counting()
    arguments = (saved, _news(stage)) if verb == "update" else (saved,)
    cause = case.cause.format(account=stage.account)
    assert _error(lambda: getattr(provider, verb)(stage.arn(), *arguments)) == (
        f"mfa-association: reading the saved state of an MFA device association: {cause}; nothing was changed, "
        "restore the state from its history or backup, or remove the resource from the state\n"
    )
    assert not stage.calls()


@pytest.mark.parametrize("date", ["junk", "2025-01-31", "2025-13-31T12:00:00Z", "0001-01-01T00:00:00+14:00", 7, None])
def test_a_saved_date_that_is_junk_keeps_nothing_active(stage: Stage, log: Log, date: object) -> None:
    stage.plant(users={"alice": {}})
    provider, saved = _provider(stage), _outs(stage, enable_date=date)
    outs = provider.read(stage.arn(), saved).outs
    assert outs is not None and outs["active"] is False
    provider.delete(stage.arn(), saved)


def _error(attempt: Callable[[], object]) -> str:
    """What the SDK sends to the engine of the error that an attempt must raise."""
    try:
        attempt()
    except ProviderError:
        return str(vars(sys.modules["__main__"])["traceback"].format_exc())
    raise AssertionError("no error was raised")


def test_an_error_is_one_line_without_a_traceback(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": {}})
    provider = _provider(stage)
    told = _error(lambda: provider.create(_news(stage)))
    assert told == (
        f"mfa-association: binding MFA device ({stage.arn()}) to user (alice): there is no such device; "
        "nothing was changed, correct serial_number or create the device first\n"
    )


def test_the_error_of_another_dynamic_provider_keeps_its_traceback(stage: Stage, log: Log) -> None:
    _provider(stage)
    try:
        dict[str, str]()["where does this come from"]
    except KeyError:
        told = vars(sys.modules["__main__"])["traceback"].format_exc()
    assert (
        told.startswith("Traceback")
        and "test_provider.py" in told
        and told.endswith("KeyError: 'where does this come from'\n")
    )
    assert not hasattr(sys, "tracebacklimit")


def test_aws_words_stay_on_the_line(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": {}})
    stage.fault("ListMFADevices", error="AccessDenied", message="one\n\ttwo")
    told = _error(lambda: _provider(stage).read(stage.arn(), _outs(stage)))
    assert told.count("\n") == 1 and "\t" not in told
    assert told.endswith("(AWS: ListMFADevices: AccessDenied: one two)\n")


def test_debugging_keeps_the_traceback(stage: Stage, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MFA_ASSOCIATION_DEBUG", "1")
    stage.plant(users={"alice": {}})
    told = _error(lambda: _provider(stage).create(_news(stage)))
    assert told.startswith("Traceback") and "\nmfa-association: binding" in told


def test_a_broken_configuration_is_told_when_it_is_needed(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    provider = _provider(stage, **{"mfa:maxRemovals": "many"})
    [failure] = provider.check({}, dict(INPUTS)).failures
    assert not failure.property
    assert failure.reason.startswith("reading stack config mfa:maxRemovals: must be a whole number")
    assert _error(lambda: provider.delete(stage.arn(), _outs(stage))) == (
        "mfa-association: reading stack config mfa:maxRemovals: it cannot be used, as above; nothing was changed\n"
    )


def test_an_expired_session_is_told_in_full_once(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    provider, saved = _provider(stage), _outs(stage)
    open_session.cache_clear()
    stage.fault("GetCallerIdentity", error="ExpiredToken", times=None)
    first, second = (_error(lambda: provider.read(stage.arn(), dict(saved))) for _ in range(2))
    assert "the AWS session has expired; sign in again and rerun (AWS: " in first
    assert second.endswith("the AWS session has expired, as above; the state was kept\n")


class Key(NamedTuple):
    reason: str
    key: str
    advice: str


ALL_KEYS = "mfa:maxRemovals, mfa:onDestroy, mfa:onLastDevice, mfa:propagationTime, mfa:retryDeadline"
KEYS = (
    Key("a guard without its last letter", "mfa:maxRemoval", "did you mean mfa:maxRemovals?"),
    Key("snake case", "mfa:on_last_device", "did you mean mfa:onLastDevice?"),
    Key("nothing like ours", "mfa:roster", f"the keys are {ALL_KEYS}"),
)


@pytest.mark.parametrize("case", KEYS, ids=lambda case: case.reason)
def test_a_misspelt_key_is_an_error_and_not_a_guard_that_is_missing(stage: Stage, log: Log, case: Key) -> None:
    stage.plant(**HELD)
    told = _error(lambda: _provider(stage, **{case.key: "1"}).delete(stage.arn(), _outs(stage)))
    assert told == (
        f"mfa-association: reading stack config {case.key}: is not a key of this provider, {case.advice}; "
        "nothing was changed, correct it with `pulumi config set`\n"
    )
    assert stage.holders()


@pytest.mark.parametrize(
    ("olds", "holder", "warned", "reason"),
    [
        ({}, "bob", True, "a new declaration"),
        ({"user_name": "alice", "serial_number": FIDO}, "bob", True, "a new holder"),
        (
            {"user_name": "bob", "serial_number": FIDO},
            "bob",
            False,
            "said when it was new: alice may have been renamed",
        ),
        ({}, "alice", False, "who registered it"),
    ],
)
def test_a_key_that_somebody_else_registered_is_warned_of_once(
    stage: Stage, log: Log, olds: dict[str, Any], holder: str, warned: bool, reason: str
) -> None:
    _provider(stage).check(olds, {"user_name": holder, "serial_number": FIDO})
    told = [message for severity, message in log.said if severity == "WARNING"]
    assert [message.startswith(f"declaring MFA device ({FIDO}) for user (bob)") for message in told] == [
        True
    ] * warned, reason


def test_other_namespaces_are_not_ours_to_judge(stage: Stage, log: Log) -> None:
    assert not _provider(stage, **{"app:maxRemoval": "1", "aws:unknown": "2"}).check({}, dict(INPUTS)).failures


# One run's overrides


def test_the_guard_can_be_lifted_for_one_run(stage: Stage, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    provider, saved = _provider(stage), _outs(stage, on_last_device="refuse")
    assert "on_last_device is 'refuse'" in _error(lambda: provider.delete(stage.arn(), dict(saved)))
    monkeypatch.setenv("MFA_ASSOCIATION_ON_LAST_DEVICE", "allow")
    provider.delete(stage.arn(), saved)
    assert not stage.holders()
    assert log.said == [("WARNING", "on_last_device is allow for this run (MFA_ASSOCIATION_ON_LAST_DEVICE)")]


class Default(NamedTuple):
    reason: str
    stack: dict[str, str]
    given: dict[str, Any]
    saved: dict[str, str]


REFUSE, DELETE = {"on_last_device": "refuse"}, {"on_destroy": "delete-virtual-device"}
STRICT = {"mfa:onLastDevice": "refuse", "mfa:onDestroy": "delete-virtual-device"}
DEFAULTS = (
    Default("nothing said anywhere", {}, {}, {}),
    Default("the stack's", STRICT, {}, REFUSE | DELETE),
    Default("the line's own", {}, REFUSE | DELETE, REFUSE | DELETE),
    Default(
        "the line's own against the stack's",
        STRICT,
        {"on_last_device": "warn", "on_destroy": "keep"},
        {"on_last_device": "warn", "on_destroy": "keep"},
    ),
    Default("the stack says the usual", {"mfa:onLastDevice": "warn", "mfa:onDestroy": "keep"}, {}, {}),
    Default("a token has no entity", STRICT, {"serial_number": "GAHT12345678"}, REFUSE),
)


@pytest.mark.parametrize("case", DEFAULTS, ids=lambda case: case.reason)
def test_the_stacks_defaults_become_inputs_and_are_saved(stage: Stage, log: Log, case: Default) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD), hardware())})
    provider = _provider(stage, **case.stack)
    checked = provider.check({}, _news(stage, **case.given))
    assert not checked.failures
    outs = provider.create(checked.inputs).outs or {}
    for bag in (checked.inputs, outs, provider.read(stage.arn(), dict(outs)).outs or {}):
        assert {key: bag[key] for key in ("on_last_device", "on_destroy") if key in bag} == case.saved


class Changed(NamedTuple):
    reason: str
    saved: dict[str, str]
    stack_now: dict[str, str]
    refused: bool
    changes: bool


CHANGED = (
    Changed("taken back since", REFUSE, {}, True, True),
    Changed("loosened since", REFUSE, {"mfa:onLastDevice": "allow"}, True, True),
    Changed("tightened since", {}, {"mfa:onLastDevice": "refuse"}, False, True),
    Changed("as before", REFUSE, {"mfa:onLastDevice": "refuse"}, True, False),
)


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: case.reason)
def test_a_removed_line_obeys_what_was_last_applied(
    stage: Stage, log: Log, case: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD), password=True)})
    provider, saved = _provider(stage, **case.stack_now), _outs(stage, **case.saved)
    changes = provider.diff(stage.arn(), saved, provider.check({}, _news(stage)).inputs).changes
    assert changes is case.changes
    monkeypatch.setattr(runtime, "_ledger", Ledger())  # the line is removed in a later run
    if case.refused:
        assert "on_last_device is 'refuse'" in _error(lambda: provider.delete(stage.arn(), saved))
    else:
        provider.delete(stage.arn(), saved)
    assert bool(stage.holders()) is case.refused


def test_the_saved_fate_of_the_entity_is_obeyed(stage: Stage, log: Log) -> None:
    stage.plant(**HELD)
    _provider(stage, **{"mfa:onDestroy": "keep"}).delete(stage.arn(), _outs(stage, **DELETE))
    assert stage.calls()["DeleteVirtualMFADevice"] == 1


GUARD_RULE = (
    "must be one of refuse, warn, allow, or allow:DEVICE with one or more devices, such as "
    "allow:mfa/alice-phone,mfa/bob-phone"
)


@pytest.mark.parametrize(
    "variable, value, rule",
    [
        ("MFA_ASSOCIATION_ON_LAST_DEVICE", "never", GUARD_RULE),
        ("MFA_ASSOCIATION_ON_LAST_DEVICE", "Allow", GUARD_RULE),
        ("MFA_ASSOCIATION_MAX_REMOVALS", "many", "must be a whole number"),
        ("MFA_ASSOCIATION_MAX_REMOVALS", "-1", "must be a whole number"),
        ("MFA_ASSOCIATION_MAX_REMOVALS", "\u0663", "must be a whole number"),
    ],
)
def test_an_override_that_cannot_be_read_stops_the_removal(
    stage: Stage, log: Log, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, rule: str
) -> None:
    stage.plant(**HELD)
    monkeypatch.setenv(variable, value)
    told = _error(lambda: _provider(stage).delete(stage.arn(), _outs(stage)))
    assert told == f"mfa-association: reading {variable}: {rule}; nothing was changed\n"
    assert not stage.writes()


@pytest.mark.parametrize(
    "reason, configured, override, allowed, said",
    [
        ("the stack's limit", "1", None, 1, []),
        ("lifted for one run", "1", "2", 2, ["at most 2 removals in this run (MFA_ASSOCIATION_MAX_REMOVALS)"]),
        ("lowered for one run", "9", "0", 0, ["at most 0 removals in this run (MFA_ASSOCIATION_MAX_REMOVALS)"]),
    ],
)
def test_removals_are_limited(
    stage: Stage,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    reason: str,
    configured: str,
    override: str | None,
    allowed: int,
    said: list[str],
) -> None:
    stage.plant(users={"alice": user(*(virtual(name) for name in ("one", "two", "three", "four")))})
    if override:
        monkeypatch.setenv("MFA_ASSOCIATION_MAX_REMOVALS", override)
    provider = _provider(stage, **{"mfa:maxRemovals": configured})
    saved = [_outs(stage, serial_number=stage.arn(name)) for name in ("one", "two", "three")]
    for props in saved[:allowed]:
        provider.delete(props["serial_number"], props)
    told = _error(lambda: provider.delete("", saved[allowed]))
    assert f"this run has already deactivated {allowed}, as many as mfa:maxRemovals allows" in told, reason
    assert [text for _, text in log.said] == said


# Where words go


def test_notes_are_told_as_such(stage: Stage, log: Log) -> None:
    stage.plant(users={"alice": user(hardware())})
    _provider(stage).delete(stage.arn(), _outs(stage))
    assert log.said == [("INFO", f"{stage.arn()} of alice was already inactive")]


@pytest.mark.parametrize("last", ["plugin", "--flag", "host:port"])
def test_without_an_engine_words_go_to_stderr(
    log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], last: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["python", last])
    runtime.warn("something")
    assert capsys.readouterr().err == "something\n"
    assert not log.said


def test_the_errors_class_reads_as_the_products_name() -> None:
    assert not issubclass(ProviderError, MfaError)
    assert traceback.format_exception_only(ProviderError("told")) == ["mfa-association: told\n"]


def test_an_engine_that_is_gone_does_not_undo_what_was_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["plugin", "127.0.0.1:1"])
    runtime._engine.cache_clear()
    runtime.warn("it was the last device")
    runtime._engine.cache_clear()
    assert capsys.readouterr().err == "it was the last device\n"
