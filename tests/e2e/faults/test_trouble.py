"""Throttling bursts, errors that clear or never do, reads that lag behind writes."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT

from .cases import WRITE, Case, one_each
from .operations import ENABLE, MOVE, Subject
from .scene import FaultyStack, Scene
from .table import Ends


def test_a_throttling_burst(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    subjects = [
        Subject(operation, 20 * place + number) for place, operation in enumerate(WRITE) for number in range(20)
    ]
    stack.configure(mfa_retryDeadline=60)
    scene = Scene(box, stack, subjects)
    env = scene.begin(subjects)
    box.throttle(rate=10, burst=5)
    for action, times in {"ListMFADevices": 4, **dict.fromkeys(WRITE.values(), 10)}.items():
        box.fault(action, error="Throttling", times=times)
    done = stack.up(**env)
    assert done.code == 0, done.text
    scene.check()
    for verb in ("create", "delete"):
        ends.note(Case("throttling burst", f"{verb} of 20"), "all done in the one run")


def test_errors_that_clear_are_waited_for(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    subjects = one_each()
    stack.configure(mfa_retryDeadline=30)
    scene = Scene(box, stack, list(subjects))
    env = scene.begin(subjects)
    for subject, error in subjects.items():
        box.fault(WRITE[subject.operation], error=error, times=2, user=subject.user("holder"))
    done = stack.up(**env)
    assert done.code == 0, done.text
    scene.check()
    for subject, error in subjects.items():
        assert scene.writes(subject) == [(WRITE[subject.operation], told) for told in (error, error, None)]
        ends.note(Case(f"{error} that clears", subject.operation.name), "looks and tries again until it clears")


def test_errors_that_never_clear_end_in_a_sentence(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    subjects = one_each()
    scene = Scene(box, stack, list(subjects))
    env, before, held = scene.begin(subjects), stack.outputs(), box.holders(ACCOUNT)
    for subject, error in subjects.items():
        box.fault(WRITE[subject.operation], error=error, times=None, user=subject.user("holder"))
    done = stack.up("--continue-on-error", **env)
    assert done.code != 0
    assert "Traceback" not in done.text
    assert (stack.outputs(), box.holders(ACCOUNT)) == (before, held)
    for subject, error in subjects.items():
        doing, to = ("enabling", "for") if subject.operation is ENABLE else ("deactivating", "of")
        start = f"error: mfa-association: {doing} MFA device ({subject.serial}) {to} user ({subject.user('holder')}): "
        (sentence,) = {line for line in map(str.strip, done.text.splitlines()) if line.startswith(start)}
        assert ", tried for " in sentence
        assert f"(AWS: {WRITE[subject.operation]}: {error}:" in sentence
        ends.note(Case(f"{error} for ever", subject.operation.name), "error after `mfa:retryDeadline`, nothing changed")
    box.clear_faults()
    again = stack.recover(**scene.codes(subjects))
    assert again.code == 0, again.text
    scene.check()


def test_reads_that_lag_behind_writes(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    subjects = [Subject(ENABLE, 0), Subject(MOVE, 1)]
    stack.configure(mfa_propagationTime=8)
    scene = Scene(box, stack, subjects)
    env = scene.begin(subjects)
    box.lag(2)
    for done in (stack.up(**env), stack.refresh()):
        assert done.code == 0, done.text
        assert "warning: IAM enabled" not in done.text
        scene.check()
    for subject in subjects:
        ends.note(Case("reads lag 2 s behind", subject.operation.name), "reads again until it shows, done in one run")


def test_two_devices_of_one_user_that_leave_together_while_reads_lag(
    box: Sandbox, stack: FaultyStack, ends: Ends
) -> None:
    tokens = ["GAHT80000001", "GAHT80000002"]
    devices = [{"kind": "hardware", "serial": serial, "held": True} for serial in tokens]
    box.add({"accounts": {ACCOUNT: {"users": {"twin": {"password": True, "devices": devices}}}}})
    stack.configure(mfa_onLastDevice="refuse")
    stack.lines(twin=tokens, bob=["GAHT12345678"])
    assert stack.up().code == 0
    box.lag(2)
    stack.lines(bob=["GAHT12345678"])
    done = stack.up("--continue-on-error")
    assert done.code != 0
    assert "it is the last MFA device, twin has a console password, and on_last_device is 'refuse'" in done.text
    assert len(box.holders(ACCOUNT)["twin"]) == 1
    forced = stack.up(MFA_ASSOCIATION_ON_LAST_DEVICE="allow")
    assert forced.code == 0, forced.text
    assert "twin" not in box.holders(ACCOUNT)
    ends.note(
        Case("reads lag 2 s behind", "delete of both devices of a user"),
        "the second is seen to be the last one, though the list still shows both",
    )
