"""Faults, lost answers, lag, a wrong clock, throttling, and two at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from threading import Barrier

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError

from tests.sandbox.lab import ACCOUNT, ADMIN, Lab, refusal

LOST = (ConnectionClosedError, HTTPClientError)


@pytest.mark.parametrize(("when", "held"), [("before", False), ("after", True)])
def test_a_lost_answer(when: str, held: bool, lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.create()
    lab.sandbox.fault("EnableMFADevice", drop=True, when=when)  # type: ignore[arg-type]
    with pytest.raises(LOST):
        lab.enable("alice", serial)
    assert ("alice" in lab.sandbox.holders()) == held
    assert lab.sandbox.log()[-1].error == "Dropped"
    assert lab.sandbox.calls()["EnableMFADevice"] == 1


@pytest.mark.parametrize(("when", "held"), [("before", False), ("after", True)])
def test_an_error_before_or_after_the_effect(when: str, held: bool, lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.create()
    lab.sandbox.fault("EnableMFADevice", error="ServiceFailure", when=when)  # type: ignore[arg-type]
    assert refusal(lab.enable, "alice", serial)[:2] == ("ServiceFailure", 500)
    assert ("alice" in lab.sandbox.holders()) == held


def outcomes(lab: Lab, count: int, user: str = "alice") -> str:
    """One letter a call: . for a success, x for a refusal."""
    told = [refusal(lab.iam.list_mfa_devices, UserName=user)[0] for _ in range(count)]
    return "".join("." if code == "Success" else "x" for code in told)


def test_faults_count_from_now_and_only_the_calls_that_are_meant(lab: Lab) -> None:
    assert lab.sandbox
    outcomes(lab, 2)
    lab.sandbox.fault("ListMFADevices", nth=2, times=2, error="Throttling", user="Alice")
    assert outcomes(lab, 3, "bob") == "..."
    assert outcomes(lab, 5) == ".xx.."
    lab.sandbox.fault("ListMFADevices", times=None, error="Throttling")
    assert outcomes(lab, 3) == "xxx"
    lab.sandbox.clear_faults()
    assert outcomes(lab, 1) == "."


def test_faults_strike_what_moto_answers_too(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.fault("GetUser", error="ServiceFailure", message="Out of order.")
    assert refusal(lab.iam.get_user, UserName="alice") == ("ServiceFailure", 500, "Out of order.")


def test_an_action_that_nobody_knows(lab: Lab) -> None:
    told = refusal(lab.iam.get_mfa_device, SerialNumber="x" * 9)
    assert told[0] == "ValidationError"
    told = refusal(lab.iam.simulate_custom_policy, PolicyInputList=["{}"], ActionNames=["iam:GetUser"])
    assert told == ("InvalidAction", 400, "The sandbox does not know the action SimulateCustomPolicy.")


def test_a_delay_holds_up_one_call_and_nobody_else(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.fault("ListMFADevices", delay=0.5, user="alice")
    start = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(lambda: (lab.iam.list_mfa_devices(UserName="alice"), time.monotonic())[1])
        time.sleep(0.05)
        lab.iam.list_mfa_devices(UserName="bob")
        quick = time.monotonic()
        assert slow.result() - start >= 0.5 > quick - start


@pytest.mark.parametrize(("when", "held"), [("before", False), ("after", True)])
def test_a_delayed_call_is_told_and_let_go_when_the_faults_end(when: str, held: bool, lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.create()
    lab.sandbox.fault("EnableMFADevice", delay=20, drop=True, when=when)  # type: ignore[arg-type]
    assert lab.sandbox.waiting() == {}
    start = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(lab.enable, "alice", serial)
        while not lab.sandbox.waiting():
            assert time.monotonic() - start < 5
        assert lab.sandbox.waiting() == {"EnableMFADevice": 1}
        assert ("alice" in lab.sandbox.holders()) == held
        lab.sandbox.clear_faults()
        with pytest.raises(LOST):
            slow.result()
    assert time.monotonic() - start < 5
    assert lab.sandbox.waiting() == {}
    assert ("alice" in lab.sandbox.holders()) == held


def test_the_faults_of_one_action_end_alone(lab: Lab) -> None:
    assert lab.sandbox
    for action in ("ListMFADevices", "GetUser"):
        lab.sandbox.fault(action, error="Throttling", times=None)
    lab.sandbox.clear_faults("ListMFADevices")
    assert outcomes(lab, 2) == ".."
    assert refusal(lab.iam.get_user, UserName="alice")[0] == "Throttling"


@pytest.mark.parametrize("settings", [{"nth": 0}, {"times": 0}, {"delay": -1.0}, {"when": "during"}])
def test_a_senseless_fault_is_refused(settings: dict[str, int], lab: Lab) -> None:
    assert lab.sandbox
    with pytest.raises(ValueError, match="a fault "):
        lab.sandbox.fault("ListMFADevices", **settings)  # type: ignore[arg-type]


def test_reads_lag_behind_writes(lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.create()
    lab.sandbox.lag(0.6)
    lab.enable("alice", serial)
    lab.iam.create_user(UserName="erin")
    assert lab.iam.list_mfa_devices(UserName="alice")["MFADevices"] == []
    listed = lab.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
    assert listed == [{"SerialNumber": serial}]
    assert refusal(lab.iam.get_user, UserName="erin")[0] == "NoSuchEntity"
    assert lab.sandbox.holders()["alice"] == [serial]
    time.sleep(0.65)
    assert len(lab.iam.list_mfa_devices(UserName="alice")["MFADevices"]) == 1
    assert lab.iam.get_user(UserName="erin")["User"]["UserName"] == "erin"


def test_writes_do_not_lag(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.lag(60)
    serial = lab.held()
    assert refusal(lab.enable, "bob", serial)[2] == "MFA Device is already in use."
    lab.sandbox.lag(0)
    assert len(lab.iam.list_mfa_devices(UserName="alice")["MFADevices"]) == 1


@pytest.mark.parametrize("call", [lambda lab: lab.iam.list_virtual_mfa_devices(), lambda lab: lab.iam.list_users()])
def test_a_wrong_clock_shows_in_every_answer(
    call: Callable[[Lab], dict[str, dict[str, dict[str, str]]]], lab: Lab
) -> None:
    assert lab.sandbox
    lab.sandbox.skew(-7200)
    headers = call(lab)["ResponseMetadata"]["HTTPHeaders"]
    assert abs(parsedate_to_datetime(headers["date"]).timestamp() - (time.time() - 7200)) < 3
    assert headers["x-amzn-requestid"]


def test_codes_go_by_the_wrong_clock(lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.create()
    lab.sandbox.skew(-100_000)
    lab.enable("alice", serial)
    (device,) = lab.iam.list_mfa_devices(UserName="alice")["MFADevices"]
    assert abs(device["EnableDate"].timestamp() - (time.time() - 100_000)) < 3


def test_each_action_has_its_own_bucket_and_it_fills_again(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.throttle(rate=5, burst=2)
    assert outcomes(lab, 4) == "..xx"
    assert refusal(lab.iam.list_virtual_mfa_devices)[0] == "Success"
    time.sleep(0.25)
    assert outcomes(lab, 2) == ".x"
    lab.sandbox.throttle(None)
    assert outcomes(lab, 5) == "....."


def test_a_call_that_comes_too_soon_uses_up_no_fault(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.throttle(rate=0.001, burst=1)
    lab.sandbox.fault("ListMFADevices", nth=2, error="ServiceFailure")
    assert outcomes(lab, 3) == ".xx"
    lab.sandbox.throttle(None)
    assert refusal(lambda: lab.iam.list_mfa_devices(UserName="alice"))[0] == "ServiceFailure"


def test_of_two_who_enable_the_same_device_exactly_one_wins(lab: Lab) -> None:
    assert lab.sandbox
    sandbox = lab.sandbox
    for number in range(5):
        serial, barrier = lab.create(f"phone{number}"), Barrier(2)
        codes = lab.codes(serial)

        def enable(user: str, serial: str = serial, barrier: Barrier = barrier, codes: dict[str, str] = codes) -> str:
            iam = sandbox.client(access_key=ADMIN)
            barrier.wait()
            return refusal(iam.enable_mfa_device, UserName=user, SerialNumber=serial, **codes)[0]

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(enable, ("alice", "bob"))) == ["EntityAlreadyExists", "Success"]


def test_the_log_names_everything_but_codes(lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.create()
    codes = lab.codes(serial)
    lab.sandbox.reset_calls()
    lab.iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)
    with pytest.raises(ClientError):
        lab.deactivate(serial, "nobody")
    enabled, refused = lab.sandbox.log()
    assert (enabled.action, enabled.user, enabled.serial, enabled.account) == (
        "EnableMFADevice",
        "alice",
        serial,
        ACCOUNT,
    )
    assert "Boto3" in enabled.user_agent and enabled.error is None and refused.error == "NoSuchEntity"
    assert not any(code in str(enabled) for code in codes.values())
    assert lab.sandbox.calls() == {"EnableMFADevice": 1, "DeactivateMFADevice": 1}


def test_a_list_takes_far_less_than_three_milliseconds(lab: Lab) -> None:
    """The answer would take 40 ms if the connection were closed or held back by Nagle's algorithm."""
    lab.held()
    times = []
    for _ in range(50):
        start = time.perf_counter()
        lab.iam.list_mfa_devices(UserName="alice")
        times.append(time.perf_counter() - start)
    assert sorted(times)[25] < 0.02
