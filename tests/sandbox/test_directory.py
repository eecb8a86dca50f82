"""ListUsers and the credential report, where moto has neither pages nor an age."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timezone

import pytest

from tests.sandbox.lab import ACCOUNT, ROOT_PHONE, Lab, refusal


def rows(lab: Lab) -> dict[str, dict[str, str]]:
    """The credential report by user."""
    lab.iam.generate_credential_report()
    content = lab.iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content))}


@pytest.mark.parametrize(("size", "lengths"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (1000, [3])])
def test_users_come_in_pages_by_name(lab: Lab, size: int, lengths: list[int]) -> None:
    pages = list(lab.iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": size}))
    assert [len(page["Users"]) for page in pages] == lengths
    users = [user for page in pages for user in page["Users"]]
    assert [user["UserName"] for user in users] == ["alice", "bob", "carol"]
    assert all(user["UserId"] and user["Path"] == "/" for user in users)


def test_users_of_a_path(lab: Lab) -> None:
    lab.iam.create_user(UserName="dora", Path="/ops/")
    assert [user["UserName"] for user in lab.iam.list_users(PathPrefix="/ops/")["Users"]] == ["dora"]


def test_a_foreign_marker_is_refused(lab: Lab) -> None:
    assert refusal(lab.iam.list_users, Marker="dXNlcg") == ("ValidationError", 400, "Invalid Marker.")


def test_the_report_tells_passwords_and_devices_of_all_kinds(lab: Lab) -> None:
    lab.held("alice")
    report = rows(lab)
    assert list(report) == ["<root_account>", "alice", "bob", "carol"]
    assert [row["password_enabled"] for row in report.values()] == ["not_supported", "true", "false", "false"]
    assert [row["mfa_active"] for row in report.values()] == ["true", "true", "false", "true"]
    assert ROOT_PHONE not in str(report)
    assert len(report["alice"]) == 22


def test_a_report_is_there_at_the_second_call_and_stays_four_hours(lab: Lab) -> None:
    assert refusal(lab.iam.get_credential_report)[:2] == ("ReportNotPresent", 410)
    states = [lab.iam.generate_credential_report()["State"] for _ in range(2)]
    assert states == ["STARTED", "COMPLETE"]
    first = lab.iam.get_credential_report()
    assert abs((first["GeneratedTime"] - datetime.now(timezone.utc)).total_seconds()) < 60
    lab.iam.create_login_profile(UserName="bob", Password="secret-of-bob")
    assert rows(lab)["bob"]["password_enabled"] == "false"
    assert lab.sandbox
    lab.sandbox.skew(4 * 3600)
    assert refusal(lab.iam.get_credential_report)[:2] == ("ReportExpired", 410)
    assert rows(lab)["bob"]["password_enabled"] == "true"


def test_the_report_tells_when_passwords_and_keys_were_used(lab: Lab) -> None:
    """``no_information``: never used; ``N/A``: there is none (user guide on credential reports)."""
    assert lab.sandbox
    used = "2026-01-31T12:00:00Z"
    users = {
        "eve": {"password": True, "password_last_used": used, "access_keys": [used, None]},
        "fay": {"password": True},
        "gil": {},
    }
    lab.sandbox.add({"accounts": {ACCOUNT: {"users": users}}})
    report = rows(lab)
    told = {name: [report[name][cell] for cell in ("password_last_used", "access_key_1_active")] for name in users}
    assert told == {
        "eve": ["2026-01-31T12:00:00+00:00", "true"],
        "fay": ["no_information", "false"],
        "gil": ["N/A", "false"],
    }
    assert report["eve"]["access_key_1_last_used_date"] == "2026-01-31T12:00:00+00:00"
    assert (report["eve"]["access_key_2_active"], report["eve"]["access_key_2_last_used_date"]) == ("true", "N/A")
    assert datetime.fromisoformat(report["gil"]["user_creation_time"]).tzinfo
