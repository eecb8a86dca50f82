"""Throttling, errors that clear or never do, reads that lag, another account, and two runs over the same users."""

from __future__ import annotations

from collections.abc import Callable

from mfa_association.sandbox import Sandbox
from tests.e2e.faults.cases import RIVALS, WRITE, Case, one_each
from tests.e2e.faults.operations import ADOPT, DELETE, ENABLE, MOVE, Subject
from tests.e2e.faults.scene import Scene
from tests.e2e.faults.table import Ends
from tests.support.stack import ACCOUNT

from .changing import Ended, FaultyProject


def test_a_throttling_burst_and_errors_that_clear(box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    subjects = one_each()
    many = [
        Subject(operation, 10 + 20 * place + number) for place, operation in enumerate(WRITE) for number in range(20)
    ]
    project.configure(retry_deadline=60)
    scene = Scene(box, project, [*subjects, *many])
    env = scene.begin([*subjects, *many])
    box.throttle(rate=10, burst=5)
    for subject, error in subjects.items():
        box.fault(WRITE[subject.operation], error=error, times=2, user=subject.user("holder"))
    done = project.change("up", **env)
    assert done.code == 0, done.text
    scene.check()
    assert "Throttling" in {call.error for call in box.log()}
    for verb in ("create", "delete"):
        ends.note(Case("throttling burst", f"{verb} of 20"), "all done in the one run")
    for subject, error in subjects.items():
        assert [told for _, told in scene.writes(subject)].count(error) == 2
        ends.note(Case(f"{error} that clears", subject.operation.name), "looks and tries again until it clears")


def test_errors_that_never_clear_end_in_a_sentence(box: Sandbox, project: FaultyProject) -> None:
    subjects = one_each()
    scene = Scene(box, project, list(subjects))
    env, before, held = scene.begin(subjects), project.outputs(), box.holders(ACCOUNT)
    for subject, error in subjects.items():
        box.fault(WRITE[subject.operation], error=error, times=None, user=subject.user("holder"))
    done = project.change("up", **env)
    assert done.code != 0
    assert (project.outputs(), project.pending(), box.holders(ACCOUNT)) == (before, [], held)
    flat = " ".join(done.text.split())
    for subject, error in subjects.items():
        assert f"(AWS: {WRITE[subject.operation]}: {error}:" in flat
    assert flat.count(", tried for ") == len(subjects)
    assert "Traceback" not in flat and "rpc error" not in flat
    box.clear_faults()
    again = project.recover(**scene.codes(subjects))
    assert again.code == 0, again.text
    scene.check()


def test_reads_that_lag_behind_writes(box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    subjects = [Subject(ENABLE, 0), Subject(MOVE, 1)]
    project.configure(propagation_time=8)
    scene = Scene(box, project, subjects)
    env = scene.begin(subjects)
    box.lag(2)
    for done in (project.change("up", **env), project.change("refresh")):
        assert done.code == 0, done.text
        scene.check()
    for subject in subjects:
        ends.note(Case("reads lag 2 s behind", subject.operation.name), "reads again until it shows, done in one run")


def test_two_devices_of_one_user_that_leave_together_while_reads_lag(
    box: Sandbox, project: FaultyProject, ends: Ends
) -> None:
    tokens = ["GAHT80000001", "GAHT80000002"]
    devices = [{"kind": "hardware", "serial": serial, "held": True} for serial in tokens]
    box.add({"accounts": {ACCOUNT: {"users": {"twin": {"password": True, "devices": devices}}}}})
    project.configure(on_last_device="refuse")
    project.lines(twin=tokens, bob=["GAHT12345678"])
    assert project.recover().code == 0
    project.lines(bob=["GAHT12345678"])
    _assert_refused(project.recover())
    assert len(box.holders(ACCOUNT)["twin"]) == 2, "the plan sees both leave"
    project.prepare("up", MFA_ASSOCIATION_ON_LAST_DEVICE="allow")
    box.lag(2)
    _assert_refused(project.change("up"))
    assert len(box.holders(ACCOUNT)["twin"]) == 1
    forced = project.recover(MFA_ASSOCIATION_ON_LAST_DEVICE="allow")
    assert forced.code == 0, forced.text
    assert "twin" not in box.holders(ACCOUNT)
    ends.note(
        Case("reads lag 2 s behind", "delete of both devices of a user"),
        "the second is seen to be the last one, though the list still shows both",
    )


def _assert_refused(done: Ended) -> None:
    refused = "it is the last MFA device, twin has a console password, and on_last_device is 'refuse'"
    assert done.code != 0
    assert refused in " ".join(done.text.split())


def test_another_account_is_refused_before_anything_is_read_or_lost(box: Sandbox, project: FaultyProject) -> None:
    scene = Scene(box, project, [Subject(ENABLE, 0), Subject(DELETE, 1)])
    before = project.outputs()
    env = scene.begin(scene.subjects)
    for command in ("up", "refresh"):
        done = project.change(command, AWS_ACCESS_KEY_ID="ASIASANDBOXOTHER0000", **env)
        assert done.code != 0, done.text
        assert "999988887777" in done.text
        assert (project.outputs(), project.pending()) == (before, [])
    assert set(box.calls()) == {"GetCallerIdentity"}
    assert project.recover(**scene.codes(scene.subjects)).code == 0
    scene.check()


def test_two_runs_over_the_same_users(box: Sandbox, new_project: Callable[[], FaultyProject], ends: Ends) -> None:
    one, other = new_project(), new_project()
    other.env["XDG_STATE_HOME"] = str(other.folder / "another machine")  # on one machine they wait for one another
    adopted, enabled, deleted = subjects = [Subject(ADOPT, 0), Subject(ENABLE, 1), Subject(DELETE, 2)]
    scene = Scene(box, one, subjects)
    other.roster((one.folder / "roster.yaml").read_text())
    assert other.recover().code == 0
    codes = scene.begin(subjects)
    other.roster((one.folder / "roster.yaml").read_text())
    other.prepare("up", **codes)
    for action in WRITE.values():
        box.fault(action, delay=60, times=2)
    runs = [one.start("up", **codes), other.start("up", **scene.codes(subjects))]
    for run in runs:
        run.wait_for(lambda: box.waiting() == dict.fromkeys(WRITE.values(), 2))
    box.clear_faults()
    for run in runs:
        assert run.end() == 0, run.text
    assert sorted(str(error) for _, error in scene.writes(enabled)) == ["EntityAlreadyExists", "None"]
    assert sorted(str(error) for _, error in scene.writes(deleted)) == ["NoSuchEntity", "None"]
    assert scene.writes(adopted) == []
    for project in (one, other):
        scene.stack = project
        scene.check(rivals=True)
        scene.check_settled()
    for operation, end in RIVALS.items():
        ends.note(Case("two stacks at once", operation.name), end)
