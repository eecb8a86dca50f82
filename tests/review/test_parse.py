"""What a preview or plan that cannot be believed says, and what one that can be is read as."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.review.facts import Holder
from mfa_association.review.model import SourceLocation
from mfa_association.review.parse import parse

from .samples import PREVIEWS

URN = "urn:pulumi:prod::mfa::pulumi-python:dynamic/iam:MfaDeviceAssociation::phone"
STATE = {"outputs": {"user_name": "alice", "serial_number": "GAHT12345678", "active": True}}


def pulumi(*steps: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"steps": list(steps), "changeSummary": {}, **more}).encode()


def deletion(**more: Any) -> dict[str, Any]:
    return {"op": "delete", "urn": URN, "oldState": STATE, **more}


def plan(*changes: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"format_version": "1.2", "planned_values": {}, "resource_changes": changes, **more}).encode()


def captured(name: str) -> bytes:
    return (PREVIEWS / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("raw", "failure", "reason"),
    [
        (b"", "the file is empty", "the command died before it wrote"),
        (b" \n ", "the file is empty", "blanks are nothing"),
        (b"error: no stack selected", "it holds no JSON", "an error on standard output"),
        (captured("delete")[:9000], "the JSON is cut off or broken", "truncated"),
        (captured("delete-stream")[:9000], "the JSON is cut off or broken", "a truncated stream"),
        (captured("delete-stream").rpartition(b'{"sequence":4')[0], "the preview did not run to its end", "no summary"),
        (b"[]", "it holds no JSON", "a list"),
        (b'{"a": 1}', "the JSON is neither a Pulumi preview nor a Terraform plan", "something else"),
        (b"\xff\xfe\xff", "the text is not UTF-8", "not text"),
        (b'{"steps": []', "the JSON is cut off or broken", "an open object"),
        (b'{"steps": [' * 100_000, "the JSON is nested too deeply", "a bomb"),
        (b'{"steps": []}', "the preview did not run to its end", "no summary"),
        (pulumi({"op": "delete"}), "a step has no readable URN or operation", "no URN"),
        (pulumi({"op": "delete", "urn": "phone"}), "a step has no readable URN or operation", "an odd URN"),
        (pulumi({"op": 1, "urn": URN}), "a step has no readable URN or operation", "an odd operation"),
        (pulumi({"op": "delete", "urn": URN}), "a step (delete) does not say what it changes", "no state"),
        (pulumi({"op": "zap", "urn": URN}), "a step (zap) does not say what it changes", "unknown, and no state"),
        (pulumi(changeSummary={"delete": 2}), "its summary counts 2 removals, but it shows 0", "removals are missing"),
        (b'{"steps": 1, "changeSummary": {}}', "steps is not a list of objects", "odd steps"),
        (pulumi() + pulumi(), "it holds more than one JSON document", "two previews"),
        (captured("failed-roster"), "the preview failed: roster.yaml:1: users.dave[0].serial_number 'nonsense':", ""),
        (captured("failed-program"), "Program failed with an unhandled exception: ValueError: a program that", ""),
        (captured("failed-provider"), "finding out whose AWS credentials are in use: the AWS session has expired", ""),
        (captured("protected"), "cannot be deleted", "protected"),
        (plan(format_version="2.0"), "its format version 2.0 is not known", "a newer format"),
        (plan(errored=True), "the plan failed", "errored"),
        (b'{"format_version": "1.0", "values": {}}', "it is a state, not a plan", "terraform show of a state"),
        (
            plan(deferred_changes=[{"resource_change": {"type": "mfa_device_association"}}]),
            "it defers changes of MFA devices to a later plan",
            "deferred",
        ),
    ],
)
def test_what_cannot_be_believed_says_why(raw: bytes, failure: str, reason: str) -> None:
    preview = parse(raw)
    assert preview.failure and failure in preview.failure, reason
    assert not (preview.devices or preview.users or preview.grants)


@pytest.mark.parametrize(
    ("raw", "exit_code", "failed"),
    [
        (captured("delete"), 0, False),
        (captured("delete"), None, False),
        (captured("delete"), 255, True),
        (captured("delete"), 2, True),
        (plan(), 2, False),
        (plan(), 1, True),
    ],
)
def test_the_exit_code_of_the_preview_counts(raw: bytes, exit_code: int | None, failed: bool) -> None:
    assert (parse(raw, exit_code=exit_code).failure is not None) is failed


def test_an_exit_code_is_told_beside_the_cause() -> None:
    assert parse(b"", exit_code=255).failure == "the file is empty; the preview ended with exit code 255"


@pytest.mark.parametrize("before", [b"Installing policy pack x...\n", b"\xef\xbb\xbf", b"\n\n"])
def test_text_may_stand_before_the_first_object(before: bytes) -> None:
    assert len(parse(before + captured("delete")).devices) == 5


def test_what_powershell_writes_is_read() -> None:
    assert len(parse(captured("delete").decode().encode("utf-16")).devices) == 5


def test_a_stream_says_the_same_as_a_document() -> None:
    whole, stream = (parse(captured(name)) for name in ("delete", "delete-stream"))
    assert {(one.op, one.before) for one in whole.devices} == {(one.op, one.before) for one in stream.devices}
    assert stream.stack == "test/dev"


def test_a_refresh_in_the_same_preview_is_no_step() -> None:
    plain, refreshed = (parse(captured(name)).devices for name in ("delete", "delete-refresh"))
    assert sorted((one.op, one.address) for one in plain) == sorted((one.op, one.address) for one in refreshed)


def test_the_line_is_the_programs_own() -> None:
    assert {one.place for one in parse(captured("move")).devices} == {SourceLocation("__main__.py", 4)}


def test_how_the_preview_was_made_is_noted() -> None:
    assert parse(captured("delete")).notes == ()
    assert "--show-sames" in parse(captured("delete-plain")).notes[0]
    assert "--show-replacement-steps" in parse(captured("replace-hidden")).notes[0]


@pytest.mark.parametrize(
    ("name", "ops"),
    [
        ("replace", ["create", "delete"]),
        ("replace-delete-first", ["delete", "create"]),
        ("replace-hidden", ["delete", "create"]),
        ("leftover", ["same", "delete"]),
        ("move", ["update"]),
        ("renamed", ["create", "delete"]),
    ],
)
def test_the_steps_of(name: str, ops: list[str]) -> None:
    steps = parse(captured(name)).devices
    assert [one.op for one in steps] == ops
    assert [one.replaces for one in steps] == [name.startswith("replace")] * len(ops)
    assert any(one.leftover for one in steps) is (name == "leftover")


def test_retained_resources_are_spared() -> None:
    skipped_because = {one.skipped_because for one in parse(captured("retained")).devices}
    assert skipped_because == {"it is retained", "it goes with another resource"}


@pytest.mark.parametrize(
    ("more", "skipped_because"),
    [
        ({}, None),
        ({"oldState": {**STATE, "external": True}}, "it is managed elsewhere and only read here"),
        ({"oldState": {**STATE, "deletedWith": f"{URN}-other"}}, None),
        ({"op": "discard"}, "it is managed elsewhere and only read here"),
    ],
)
def test_what_spares_a_device(more: dict[str, Any], skipped_because: str | None) -> None:
    (step,) = parse(pulumi(deletion(**more))).devices
    assert step.skipped_because == skipped_because


def test_an_unknown_operation_is_kept_as_such() -> None:
    (step,) = parse(pulumi(deletion(op="zap"))).devices
    assert (step.op, step.raw_op, step.before and step.before.holder) == ("unknown", "zap", Holder("alice"))


def test_a_name_may_hold_what_separates() -> None:
    (step,) = parse(pulumi(deletion(urn=f"{URN}::a$b::c"))).devices
    assert step.address.endswith("phone::a$b::c")


def test_a_nested_resource_is_found_by_its_own_type() -> None:
    nested = URN.replace("::pulumi-python:", "::my:component:Phones$pulumi-python:")
    assert len(parse(pulumi(deletion(urn=nested))).devices) == 1


@pytest.mark.parametrize("hidden", ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[secret]"])
def test_what_is_not_known_yet_is_nobody(hidden: str) -> None:
    create = {"op": "create", "urn": URN, "newState": {"inputs": {"user_name": hidden, "serial_number": hidden}}}
    (step,) = parse(pulumi(create)).devices
    assert step.after and (step.after.holder, step.after.serial_number) == (None, None)


def test_secrets_are_only_told_to_be_given() -> None:
    steps = {one.address.rpartition("::")[2]: one for one in parse(captured("gains")).devices}
    assert {name: bool(one.after and one.after.enables) for name, one in steps.items()} == {
        "phone": True,
        "alice": True,
        "bob": False,
        "erin": True,
    }
    assert steps["phone"].after and steps["phone"].after.seed_source == "env:MFA_SEED"
    assert "[secret]" not in repr(steps)


AWS = "urn:pulumi:prod::mfa::aws:iam/"


@pytest.mark.parametrize(
    ("kind", "outputs", "found"),
    [
        (
            "virtualMfaDevice:VirtualMfaDevice",
            {"arn": "arn:aws:iam::111122223333:mfa/x", "userName": "alice"},
            "device",
        ),
        ("virtualMfaDevice:VirtualMfaDevice", {"arn": "arn:aws:iam::111122223333:mfa/x", "userName": ""}, None),
        ("user:User", {"name": "alice", "forceDestroy": True}, "user"),
        ("user:User", {"name": "alice", "forceDestroy": False}, "harmless"),
        ("userLoginProfile:UserLoginProfile", {"user": "alice"}, "password"),
        (
            "userPolicyAttachment:UserPolicyAttachment",
            {"user": "alice", "policyArn": "arn:aws-cn:iam::aws:policy/AdministratorAccess"},
            "administrator",
        ),
        (
            "userPolicyAttachment:UserPolicyAttachment",
            {"user": "alice", "policyArn": "arn:aws:iam::aws:policy/X"},
            None,
        ),
        (
            "policyAttachment:PolicyAttachment",
            {"users": ["alice"], "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            "administrator",
        ),
        (
            "userPolicy:UserPolicy",
            {"user": "alice", "policy": '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'},
            "administrator",
        ),
        (
            "userPolicy:UserPolicy",
            {"user": "alice", "policy": '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'},
            None,
        ),
        ("userPolicy:UserPolicy", {"user": "alice", "policy": "[secret]"}, "administrator"),
        ("group:Group", {"name": "alice"}, None),
    ],
)
def test_other_resources_that_give_or_take(kind: str, outputs: dict[str, Any], found: str | None) -> None:
    preview = parse(pulumi({"op": "delete", "urn": f"{AWS}{kind}::x", "oldState": {"outputs": outputs}}))
    told = ["device" for one in preview.devices if not one.declares]
    told += ["user" if one.takes_devices else "harmless" for one in preview.users]
    told += [one.grant for one in preview.grants]
    assert told == ([found] if found else [])


def test_a_retained_password_stays() -> None:
    state = {"outputs": {"user": "alice"}, "retainOnDelete": True}
    urn = f"{AWS}userLoginProfile:UserLoginProfile::x"
    assert parse(pulumi({"op": "delete", "urn": urn, "oldState": state})).grants == ()


@pytest.mark.parametrize(("name", "previous"), [("alicia", "alice"), ("alice", None)])
def test_a_renamed_user_is_known_by_both_names(name: str, previous: str | None) -> None:
    arn = "arn:aws:iam::111122223333:user/alice"
    old, new = {"outputs": {"name": "alice", "arn": arn}}, {"inputs": {"name": name}}
    (user,) = parse(pulumi({"op": "update", "urn": f"{AWS}user:User::x", "oldState": old, "newState": new})).users
    assert (user.user_name, user.previous_name, user.account_id) == (name, previous, "111122223333")
