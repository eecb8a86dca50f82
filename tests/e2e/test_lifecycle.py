"""The life of an association through the real engine: what AWS, the state and the reader see."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.programs import DAVES, KEY, PHONE, TOKEN, codes, deactivate, enable, program
from tests.support.stack import ACCOUNT, Stack, virtual


def test_the_first_up_enables_one_device_and_adopts_two_and_a_second_asks_aws_nothing(
    stack: Stack, box: Sandbox
) -> None:
    stack.lines(alice=[PHONE], bob=[TOKEN], carol=[KEY])
    done = stack.up(**codes(box, PHONE))
    assert done.code == 0, done.text
    assert box.holders(ACCOUNT)["alice"] == [PHONE]
    outputs = stack.outputs()
    assert {name: (bag["active"], bag["device_kind"], bag["account_id"]) for name, bag in outputs.items()} == {
        "mfa/alice-phone": (True, "virtual", ACCOUNT),
        TOKEN: (True, "hardware", ACCOUNT),
        "u2f/user/carol/yubikey-EXAMPLE": (True, "fido", ACCOUNT),
    }
    assert stack.state()["mfa/alice-phone"]["id"] == PHONE
    calls = box.calls()
    assert calls["EnableMFADevice"] == 1
    assert calls["DeactivateMFADevice"] == 0
    box.reset_calls()
    again = stack.up()
    assert again.code == 0
    assert "4 unchanged" in again.text
    assert again.methods(TOKEN) == ["Check", "Diff"]
    assert box.calls() == {}


def test_many_devices_are_adopted_and_refreshed_by_one_walk(stack: Stack, box: Sandbox) -> None:
    names = [f"user{number:02}" for number in range(30)]
    held = {name: {"devices": [{"kind": "virtual", "name": name, "held": True}]} for name in names}
    box.add({"accounts": {ACCOUNT: {"users": held}}})
    stack.lines(**{name: [virtual(name)] for name in names})
    for run in (stack.up, stack.refresh):
        box.reset_calls()
        assert run().code == 0
        assert box.calls() == {"GetCallerIdentity": 1, "ListVirtualMFADevices": 1}
        assert all(outputs["active"] for outputs in stack.outputs().values())


def test_codes_are_secrets_and_no_outputs_and_their_absence_is_no_change(stack: Stack, box: Sandbox) -> None:
    """Enabling takes three calls, and the user's id."""
    stack.lines(alice=[PHONE])
    given = codes(box, PHONE)
    done = stack.up(**given)
    assert done.code == 0, done.text
    assert box.calls() == {"GetCallerIdentity": 1, "ListMFADevices": 2, "EnableMFADevice": 1, "GetUser": 1}
    record = stack.state()["mfa/alice-phone"]
    assert "ciphertext" in record["inputs"]["authentication_code_1"]
    assert not {"authentication_code_1", "authentication_code_2"} & record["outputs"].keys()
    for code in given["MFA_ASSOCIATION_CODES"].partition("=")[2].split(","):
        assert code not in done.text
        assert f'"{code}"' not in stack.checkpoint()
    assert "Update" not in stack.up().methods()


def test_a_removed_line_deactivates_that_device_alone(stack: Stack, box: Sandbox) -> None:
    stack.lines(bob=[TOKEN], carol=[KEY], dave=[DAVES])
    stack.up()
    stack.lines(bob=[TOKEN], carol=[KEY])
    preview = stack.preview()
    assert "1 to delete" in preview.text
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    box.reset_calls()
    done = stack.up()
    assert done.code == 0, done.text
    assert done.methods("mfa/dave-phone") == ["Delete"]
    holders = box.holders(ACCOUNT)
    assert "dave" not in holders or holders["dave"] == []
    assert (holders["bob"], holders["carol"]) == ([TOKEN], [KEY])
    assert "mfa/dave-phone" not in stack.state()
    calls = box.calls()
    assert (calls["ListMFADevices"], calls["DeactivateMFADevice"], calls["GetLoginProfile"]) == (1, 1, 1)


def test_removing_the_last_device_of_a_console_user_warns(stack: Stack, box: Sandbox) -> None:
    stack.lines(alice=[PHONE], dave=[DAVES])
    stack.up(**codes(box, PHONE))
    stack.lines(dave=[DAVES])
    done = stack.up()
    assert f"warning: deactivating {PHONE} of alice: it is the last MFA device" in done.text
    assert "alice could sign in with a password alone" in done.text


def test_not_yet_registered_then_registered_and_refreshed(stack: Stack, box: Sandbox) -> None:
    stack.lines(alice=[PHONE])
    first = stack.up()
    assert first.code == 0
    assert f"warning: alice does not hold {PHONE} yet" in first.text
    assert stack.outputs()["mfa/alice-phone"]["active"] is False
    assert f"warning: alice does not hold {PHONE}" in stack.preview().text
    enable(box, "alice", PHONE)
    assert stack.refresh().code == 0
    assert stack.outputs()["mfa/alice-phone"]["active"] is True
    after = stack.preview()
    assert "warning" not in after.text
    assert "unchanged" in after.text


def test_deactivated_outside_is_shown_never_re_armed_and_removable(stack: Stack, box: Sandbox) -> None:
    stack.lines(alice=[PHONE], dave=[DAVES])
    stack.up(**codes(box, PHONE))
    deactivate(box, "alice", PHONE)
    stack.refresh()
    assert stack.outputs()["mfa/alice-phone"]["active"] is False
    box.reset_calls()
    again = stack.up(**codes(box, PHONE))
    assert again.code == 0
    assert f"warning: alice does not hold {PHONE}" in again.text
    assert box.calls()["EnableMFADevice"] == 0
    stack.lines(dave=[DAVES])
    removed = stack.up()
    assert removed.code == 0, removed.text
    assert box.calls()["DeactivateMFADevice"] == 1
    assert "was already inactive" in removed.text
    assert "mfa/alice-phone" not in stack.state()


def test_registered_again_outside_is_told(stack: Stack, box: Sandbox) -> None:
    stack.lines(dave=[DAVES])
    up_once(stack, box)
    deactivate(box, "dave", DAVES)
    box.skew(3600)
    enable(box, "dave", DAVES)
    done = stack.refresh()
    assert f"warning: {DAVES} of dave was enabled again at" in done.text
    assert stack.outputs()["mfa/dave-phone"]["active"] is True


def test_destroy_deactivates_everything(stack: Stack, box: Sandbox) -> None:
    stack.lines(alice=[PHONE], bob=[TOKEN], carol=[KEY], dave=[DAVES])
    stack.up(**codes(box, PHONE))
    done = stack.destroy()
    assert done.code == 0, done.text
    assert not any(box.holders(ACCOUNT).values())
    assert stack.state() == {}


def test_the_last_line_removed_needs_allow_empty(stack: Stack, box: Sandbox) -> None:
    stack.lines(dave=[DAVES])
    up_once(stack, box)
    stack.roster("users: {}\n")
    refused = stack.up()
    assert refused.code != 0
    assert "roster.yaml:1: the roster is empty" in refused.text
    assert "Traceback" not in refused.text
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    stack.roster("allow_empty: true\n")
    assert stack.up().code == 0
    assert not box.holders(ACCOUNT).get("dave")


def test_protected_devices_stay(stack: Stack, box: Sandbox) -> None:
    stack.program(program("protect=True"))
    stack.up()
    stack.program("")
    done = stack.up()
    assert done.code != 0
    assert "protected" in done.text
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_retained_devices_stay_active_though_their_line_goes(stack: Stack, box: Sandbox) -> None:
    stack.program(program("retain_on_delete=True"))
    stack.up()
    stack.program("")
    assert stack.up().code == 0
    assert stack.state() == {}
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
