"""What a success looks like: seeds, pictures, kinds, dates, pages, tags, summaries."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timezone
from typing import Any

import pytest
from pyotp import HOTP, TOTP

from tests.sandbox.lab import ACCOUNT, ROOT, ROOT_PHONE, TOKEN, Lab, refusal, sandbox_lab


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG, each with a sum that is right."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found: dict[bytes, bytes] = {}
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        body = png[place + 4 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(body)
        found[body[:4]] = found.get(body[:4], b"") + body[4:]
        place += 12 + length
    return found


def test_a_new_device_tells_a_seed_that_works_and_a_picture_that_decodes(lab: Lab) -> None:
    device = lab.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/team/")["VirtualMFADevice"]
    assert device["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/team/phone"
    seed, now = device["Base32StringSeed"].decode(), int(datetime.now(timezone.utc).timestamp())
    assert len(seed) == 64
    before, current = TOTP(seed).at(now - 30), TOTP(seed).at(now)
    lab.iam.enable_mfa_device(
        UserName="alice", SerialNumber=device["SerialNumber"], AuthenticationCode1=before, AuthenticationCode2=current
    )
    parts = chunks(device["QRCodePNG"])
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    assert width == height > 100
    assert len(zlib.decompress(parts[b"IDAT"])) >= height * width // 8


def test_lists_tell_neither_seed_nor_picture_nor_tags(lab: Lab) -> None:
    serial = lab.create(Tags=[{"Key": "team", "Value": "ops"}])
    listed = lab.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
    assert listed == [{"SerialNumber": serial}]


def test_both_lists_tell_the_same_whole_second_and_the_user(lab: Lab) -> None:
    serial = lab.held("alice")
    (held,) = lab.iam.list_mfa_devices(UserName="ALICE")["MFADevices"]
    (listed,) = (
        device
        for device in lab.iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
        if device["SerialNumber"] == serial
    )
    assert held["EnableDate"] == listed["EnableDate"] and held["EnableDate"].microsecond == 0
    assert held["UserName"] == "alice"
    user = lab.iam.get_user(UserName="alice")["User"]
    shared = {key: user[key] for key in ("Path", "UserName", "UserId", "Arn")}
    assert listed["User"] == {**shared, "CreateDate": user["CreateDate"].replace(microsecond=0)}


def test_root_has_neither_name_nor_path(lab: Lab) -> None:
    (device,) = lab.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert device["SerialNumber"] == ROOT_PHONE
    assert set(device["User"]) == {"UserId", "Arn", "CreateDate"}
    assert device["User"]["UserId"] == ACCOUNT and device["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    lab.client(ROOT).deactivate_mfa_device(SerialNumber=ROOT_PHONE)
    assert lab.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == [{"SerialNumber": ROOT_PHONE}]


def test_a_fido_key_disappears_on_deactivation(lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.sandbox.register_fido("bob", "touch")
    assert serial.startswith(f"arn:aws:iam::{ACCOUNT}:u2f/user/bob/touch-")
    shown = lab.iam.get_mfa_device(SerialNumber=serial)
    assert (shown["UserName"], shown["SerialNumber"]) == ("bob", serial)
    lab.deactivate(serial, "bob")
    assert refusal(lab.iam.get_mfa_device, SerialNumber=serial)[0] == "NoSuchEntity"


def test_a_hardware_token_is_checked_and_stays_re_enablable(lab: Lab) -> None:
    lab.enable("alice", TOKEN)
    lab.deactivate(TOKEN)
    lab.enable("bob", TOKEN)
    assert lab.sandbox and lab.sandbox.holders()["bob"] == [TOKEN]


def test_a_rename_keeps_the_device_with_the_user(lab: Lab) -> None:
    serial = lab.held("alice")
    lab.iam.update_user(UserName="Alice", NewUserName="alicia")
    assert [one["SerialNumber"] for one in lab.iam.list_mfa_devices(UserName="alicia")["MFADevices"]] == [serial]
    assert refusal(lab.deactivate, serial, "alice")[2] == "The user with name alice cannot be found."
    lab.deactivate(serial, "alicia")


def test_a_user_without_a_device_can_be_deleted_in_any_case(lab: Lab) -> None:
    lab.deactivate(lab.held("bob"), "bob")
    lab.iam.delete_user(UserName="BOB")
    assert refusal(lab.iam.get_user, UserName="bob")[0] == "NoSuchEntity"


def test_deleting_and_recreating_a_device_forgets_its_history(lab: Lab) -> None:
    serial = lab.held()
    lab.deactivate(serial)
    lab.iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert lab.held() == serial


def test_the_summary_counts_all_kinds(lab: Lab) -> None:
    lab.create("free")
    lab.held("alice", "held")
    summary = lab.iam.get_account_summary()["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (4, 3, 1)
    lab.client(ROOT).deactivate_mfa_device(SerialNumber=ROOT_PHONE)
    summary = lab.iam.get_account_summary()["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (4, 2, 0)
    assert summary["Users"] == 3


def test_tags_come_and_go(lab: Lab) -> None:
    serial = lab.create(Tags=[{"Key": "Team", "Value": "ops"}])
    lab.iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "team", "Value": "dev"}, {"Key": "a", "Value": ""}])
    listed = lab.iam.list_mfa_device_tags(SerialNumber=serial, MaxItems=1)
    assert listed["Tags"] == [{"Key": "Team", "Value": "dev"}] and listed["IsTruncated"]
    lab.iam.untag_mfa_device(SerialNumber=serial, TagKeys=["TEAM", "absent"])
    assert lab.iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "a", "Value": ""}]


def pages(lab: Lab, size: int) -> list[list[Any]]:
    paginator = lab.iam.get_paginator("list_virtual_mfa_devices")
    walk = paginator.paginate(AssignmentStatus="Unassigned", PaginationConfig={"PageSize": size})
    return [[device["SerialNumber"] for device in page["VirtualMFADevices"]] for page in walk]


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 6), (2, [2, 2, 2]), (4, [4, 2]), (6, [6]), (1000, [6])])
def test_pages_hold_everything_once_and_none_is_empty(size: int, lengths: list[int], lab: Lab) -> None:
    serials = [lab.create(f"phone{number}") for number in range(6)]
    walked = pages(lab, size)
    assert [len(page) for page in walked] == lengths
    assert [serial for page in walked for serial in page] == serials


def test_a_page_survives_the_deletion_of_what_came_before(lab: Lab) -> None:
    serials = [lab.create(f"phone{number}") for number in range(4)]
    first = lab.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned", MaxItems=2)
    assert not first["Marker"].isdigit()
    for serial in serials[:2]:
        lab.iam.delete_virtual_mfa_device(SerialNumber=serial)
    rest = lab.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned", Marker=first["Marker"])
    assert [device["SerialNumber"] for device in rest["VirtualMFADevices"]] == serials[2:]


def test_one_users_list_has_pages_too(lab: Lab) -> None:
    serials = [lab.held("alice", f"phone{number}") for number in range(3)]
    first = lab.iam.list_mfa_devices(UserName="alice", MaxItems=2)
    rest = lab.iam.list_mfa_devices(UserName="alice", Marker=first["Marker"])
    assert first["IsTruncated"] and not rest["IsTruncated"]
    assert [one["SerialNumber"] for one in first["MFADevices"] + rest["MFADevices"]] == serials


def test_a_page_is_a_hundred_unless_asked_otherwise(lab: Lab) -> None:
    assert lab.sandbox
    devices = [{"kind": "virtual", "name": f"spare{number}", "seed": "A" * 32} for number in range(101)]
    lab.sandbox.add({"accounts": {ACCOUNT: {"devices": devices}}})
    listed = lab.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")
    assert len(listed["VirtualMFADevices"]) == 100 and listed["IsTruncated"]


SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/known"
KNOWN = {
    "default_account": ACCOUNT,
    "accounts": {ACCOUNT: {"users": {"alice": {}}, "devices": [{"kind": "virtual", "name": "known", "seed": SEED}]}},
}


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [(0, True), (-998, True), (-1001, False), (1000, True), (1003, False)],
)
def test_the_search_window_of_codes(offset: int, accepted: bool) -> None:
    """The second counter lies between 998 steps back and 1000 ahead; a step may pass while the test runs."""
    with sandbox_lab(KNOWN) as lab:
        counter = int(datetime.now(timezone.utc).timestamp()) // 30 + offset
        hotp = HOTP(SEED)
        codes = {"AuthenticationCode1": hotp.at(counter - 1), "AuthenticationCode2": hotp.at(counter)}
        told = refusal(lab.iam.enable_mfa_device, UserName="alice", SerialNumber=SERIAL, **codes)
    assert (told[0] == "Success") == accepted


def test_a_future_pair_moves_the_clock_and_outdates_the_present() -> None:
    with sandbox_lab(KNOWN) as lab:
        now = int(datetime.now(timezone.utc).timestamp()) // 30
        hotp = HOTP(SEED)

        def enable(counter: int) -> str:
            codes = {"AuthenticationCode1": hotp.at(counter - 1), "AuthenticationCode2": hotp.at(counter)}
            return refusal(lab.iam.enable_mfa_device, UserName="alice", SerialNumber=SERIAL, **codes)[0]

        assert enable(now + 20) == "Success"
        lab.deactivate(SERIAL)
        assert enable(now + 20) == "InvalidAuthenticationCode"
        assert enable(now + 21) == "InvalidAuthenticationCode"
        assert enable(now + 22) == "Success"
        lab.deactivate(SERIAL)
        assert enable(now + 22 + 998) == "Success"
        lab.deactivate(SERIAL)
        assert enable(now + 22 + 998 + 900) == "Success"
