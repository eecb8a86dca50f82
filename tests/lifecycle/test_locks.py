"""Rule 6: one user at a time, between the threads of a process and between the processes of a machine."""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mfa_association import lifecycle
from mfa_association.aws import retry
from mfa_association.lifecycle import AccountContext, Clock, Ledger, LockFiles, Pair, locks, refusals
from mfa_association.validation import parse_serial_number
from tests.support.stage import OLD, Stage, failure, hardware, user, virtual

TWO: dict[str, Any] = {"users": {"alice": user(virtual(enable_date=OLD), virtual("spare"), password=True)}}
HOLD = """
import sys
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import AccountContext, Ledger, Limits, LockFiles
run = AccountContext(Iam(Session(Settings())), Ledger(LockFiles()), Limits(retry_deadline=0.0), warn=sys.exit)
with run.ledger.lock_users(run, *sys.argv[1:]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(*users: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds these users of an account until the block ends."""
    command = [sys.executable, "-c", HOLD, *users]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()
        assert process.wait(10) == 0


def files(stage: Stage, **limits: Any) -> AccountContext:
    """A run as another process of this machine would have it."""
    return stage.run(ledger=Ledger(LockFiles()), **limits)


def folder_of(state_folder: Path) -> Path:
    return state_folder / "mfa-association"


@pytest.mark.long
def test_two_processes_do_not_change_one_user_at_once(stage: Stage) -> None:
    stage.plant(**TWO)
    with another_process(stage.account, "ALICE"):
        told = failure(lambda: lifecycle.delete(files(stage, retry_deadline=20.0), stage.saved()), refusals.UserBusy)
    assert told == (
        "waiting for user (alice): another run has been changing alice for 20 s; nothing was changed, run again once "
        "it has ended"
    )
    assert stage.notes == ["another run is changing alice: waiting for it"]
    assert not stage.writes()
    lifecycle.delete(files(stage), stage.saved(enable_date=OLD))
    assert stage.writes() == ["DeactivateMFADevice"]


@pytest.mark.long
@pytest.mark.parametrize("account, name", [("same", "bob"), ("999999999999", "alice")])
def test_other_users_are_not_waited_for(stage: Stage, account: str, name: str) -> None:
    stage.plant(**TWO)
    with another_process(stage.account if account == "same" else account, name):
        lifecycle.delete(files(stage, retry_deadline=0.0), stage.saved(enable_date=OLD))
    assert stage.writes() == ["DeactivateMFADevice"]


def test_a_wait_that_ends_soon_is_not_spoken_of(stage: Stage) -> None:
    stage.plant(**TWO)
    with another_process(stage.account, "alice") as process:
        assert process.stdin
        stage.time.at(1.0, lambda: process.stdin and (process.stdin.close(), process.wait(10)))
        lifecycle.delete(files(stage), stage.saved(enable_date=OLD))
    assert not stage.notes and 1.0 <= stage.time.spent < 2.0


def test_a_killed_process_leaves_no_lock(stage: Stage) -> None:
    stage.plant(**TWO)
    command = [sys.executable, "-c", HOLD, stage.account, "alice"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        process.kill()
        process.wait(10)
        lifecycle.delete(files(stage, retry_deadline=0.0), stage.saved(enable_date=OLD))
    assert stage.writes() == ["DeactivateMFADevice"]


def test_moves_in_opposite_directions_do_not_wait_in_a_circle(stage: Stage) -> None:
    runs = [replace(files(stage), clock=Clock()) for _ in range(2)]
    rounds = 20

    def hold(run: AccountContext, *users: str) -> None:
        for _ in range(rounds):
            with run.ledger.lock_users(run, "111122223333", *users):
                pass

    threads = [
        threading.Thread(target=hold, args=(run, *users), daemon=True)
        for run in runs
        for users in (("alice", "bob"), ("bob", "alice"), ("bob",))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("second", ["a provider alias", "after an hour", "put back meanwhile"])
def test_two_devices_under_two_aliases_are_not_both_not_the_last(stage: Stage, second: str) -> None:
    """IAM's lists lag, so only the lock file tells what the other process removed."""
    stage.plant(**TWO)
    now = [1000.0]
    ledgers = [Ledger(LockFiles(), lambda: now[0]) for _ in range(2)]
    stage.box.lag(3600)
    lifecycle.delete(stage.run(ledger=ledgers[0]), stage.saved(enable_date=OLD), "refuse")
    if second == "put back meanwhile":
        stage.box.skew(90)
        assert lifecycle.create(stage.run(ledger=ledgers[0], propagation=0.0), stage.wanted(codes=stage.codes())).active
    if second == "after an hour":
        now[0] += 3600.0
    other = stage.run(ledger=ledgers[1])

    def attempt() -> None:
        lifecycle.delete(other, stage.saved(stage.arn("spare")), "refuse")

    if second == "a provider alias":
        failure(attempt, refusals.LastDevice)
    else:
        attempt()


def test_a_move_that_was_killed_before_its_release_is_done_by_the_next_run(stage: Stage) -> None:
    """The removal was noted, but never made."""
    stage.plant(users={"alice": user(virtual()), "bob": {}})
    killed = files(stage)
    with killed.ledger.lock_users(killed, stage.account, "alice"):
        killed.ledger.removing(stage.saved().pair, None).__enter__()
    wanted = stage.wanted(user="bob", codes=stage.codes())
    assert lifecycle.move(files(stage, propagation=0.0), stage.saved(enable_date=OLD), wanted).active
    assert stage.holders() == {"bob": [stage.arn()]}


def test_a_device_that_was_registered_again_by_hand_is_held_again(stage: Stage) -> None:
    """Its ``enable_date`` is later than the removal, so the guard asks as for any device."""
    stage.plant(users={"alice": user(virtual(), password=True)})
    now = [1000.0]
    run = stage.run(ledger=Ledger(LockFiles(), lambda: now[0]))
    lifecycle.delete(run, stage.saved(enable_date=OLD), "allow")
    stage.box.skew(90)
    now[0] += 90.0
    first, second = stage.codes()
    stage.box.client("iam", stage.key).enable_mfa_device(
        UserName="alice", SerialNumber=stage.arn(), AuthenticationCode1=first, AuthenticationCode2=second
    )
    failure(lambda: lifecycle.delete(run, stage.saved(enable_date=OLD), "refuse"), refusals.LastDevice)
    assert stage.holders() == {"alice": [stage.arn()]}


def test_a_removal_is_kept_before_it_is_made_and_taken_out_if_it_fails(stage: Stage, state_folder: Path) -> None:
    ledger = Ledger(LockFiles())
    run, pair = stage.run(ledger=ledger), Pair(parse_serial_number(stage.arn()), "alice", stage.account)
    with run.ledger.lock_users(run, stage.account, "alice"):
        with ledger.removing(pair, None):
            assert len(_removed(state_folder)) == 1
            assert not ledger.removed(pair), "the process itself knows better until it is made"
        assert ledger.removed(pair)
        with (
            pytest.raises(RuntimeError),
            ledger.removing(Pair(parse_serial_number(stage.arn("x")), "alice", stage.account), None),
        ):
            assert len(_removed(state_folder)) == 2
            raise RuntimeError
        assert len(_removed(state_folder)) == 1


def _removed(state_folder: Path) -> dict[str, float]:
    (path,) = folder_of(state_folder).iterdir()
    removed: dict[str, float] = json.loads(path.read_text())["removed"]
    return removed


def test_the_files_tell_nobody_anything(stage: Stage, state_folder: Path) -> None:
    stage.plant(users={"alice": user(hardware("GAHT12345678", enable_date=OLD))})
    lifecycle.delete(files(stage), stage.saved("GAHT12345678", enable_date=OLD))
    folder = folder_of(state_folder)
    (path,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE(path.stat().st_mode) == 0o600
    for text in (path.name, path.read_text()):
        assert not any(secret in text for secret in ("alice", "GAHT", stage.account))


@pytest.mark.parametrize(
    "content", ["", "no json", "[]", "BOOT", '{"boot": "another", "removed": {"x": 1}}', '{"removed": 1}']
)
def test_what_cannot_be_read_removed_nothing(stage: Stage, state_folder: Path, content: str) -> None:
    stage.plant(**TWO)
    run = files(stage)
    with run.ledger.lock_users(run, stage.account, "alice"):
        pass
    (path,) = folder_of(state_folder).iterdir()
    path.write_text(json.dumps({"boot": locks._boot()}) if content == "BOOT" else content)
    lifecycle.delete(files(stage), stage.saved(enable_date=OLD), "refuse")
    assert len(_removed(state_folder)) == 1


def test_a_removal_before_the_machine_started_counts_no_more(
    stage: Stage, state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.plant(**TWO)
    stage.box.lag(3600)
    lifecycle.delete(files(stage), stage.saved(enable_date=OLD))
    monkeypatch.setattr(locks, "_boot", lambda: "after a restart")
    lifecycle.delete(files(stage), stage.saved(stage.arn("spare")), "refuse")
    assert not stage.holders()


def _read_only(folder: Path, _: pytest.MonkeyPatch) -> None:
    folder.write_text("a file where the folder would be")


def _of_others(folder: Path, _: pytest.MonkeyPatch) -> None:
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)


def _a_link(folder: Path, _: pytest.MonkeyPatch) -> None:
    folder.parent.joinpath("elsewhere").mkdir(mode=0o700)
    folder.symlink_to(folder.parent / "elsewhere")


def _no_locks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)


def _windows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    for name in ("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "geteuid"):
        monkeypatch.delattr(os, name)


UNUSABLE: tuple[Callable[[Path, pytest.MonkeyPatch], None], ...] = (
    _read_only,
    _of_others,
    _a_link,
    _no_locks,
    _windows,
)


@pytest.mark.parametrize("spoil", UNUSABLE, ids=lambda spoil: spoil.__name__)
def test_where_no_lock_can_be_had_it_is_said_once(
    stage: Stage, state_folder: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[..., None]
) -> None:
    stage.plant(**TWO)
    monkeypatch.setattr(locks, "_folders", lambda: iter([folder_of(state_folder)]))
    state_folder.mkdir(parents=True)
    spoil(folder_of(state_folder), monkeypatch)
    run = files(stage)
    for name in ("alice-phone", "spare"):
        lifecycle.delete(run, stage.saved(stage.arn(name), enable_date=OLD), "allow")
    assert not stage.holders()
    (warning,) = stage.warnings
    assert warning.startswith("this run does not wait for other runs on this machine: the lock files cannot be used")


def test_the_second_folder_serves_where_the_first_cannot(
    stage: Stage, state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = state_folder / "second"
    monkeypatch.setattr(locks, "_folders", lambda: iter([Path("/proc/nowhere/mfa-association"), second]))
    run = files(stage)
    with run.ledger.lock_users(run, stage.account, "alice"):
        assert len(list(second.iterdir())) == 1
    assert not stage.warnings


@pytest.mark.parametrize(
    "variable, folder",
    [("/somewhere", "/somewhere/mfa-association"), ("", "/home/ci/.local/state/mfa-association"), ("relative", "/home/ci/.local/state/mfa-association")],
)  # fmt: skip
def test_the_folder_is_the_users_state_folder(monkeypatch: pytest.MonkeyPatch, variable: str, folder: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", variable)
    monkeypatch.setenv("HOME", "/home/ci")
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    assert list(map(str, locks._folders())) == [folder, f"/tmp/mfa-association-{os.geteuid()}"]


def test_a_file_that_a_cleaner_removed_is_made_anew(state_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock on a file that has no name any more, or whose name is another's, would keep nobody out."""
    path, lock = folder_of(state_folder) / "x", fcntl.flock

    def lock_late(file: int, how: int, *, is_made_again: bool) -> None:
        path.unlink()
        if is_made_again:
            path.touch(0o600)
        lock(file, how)

    for is_made_again in (False, True):
        with monkeypatch.context() as patch:
            patch.setattr("fcntl.flock", partial(lock_late, is_made_again=is_made_again))
            assert not LockFiles().take("x")
    one = LockFiles().take("x")
    assert one and not LockFiles().take("x")
    os.close(one.descriptor)
    other = LockFiles().take("x")
    assert other
    os.close(other.descriptor)


def test_the_clock_is_that_of_the_machine() -> None:
    before = retry.boot_clock()
    time.sleep(0.01)
    assert 0 < retry.boot_clock() - before < 5
    command = [sys.executable, "-c", "from mfa_association.aws.retry import boot_clock; print(boot_clock())"]
    assert abs(float(subprocess.check_output(command)) - retry.boot_clock()) < 30


def test_a_file_that_cannot_be_written_stops_no_removal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.plant(**TWO)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    lifecycle.delete(files(stage), stage.saved(enable_date=OLD))
    assert stage.holders() == {"alice": [stage.arn("spare")]}
    assert "No space left on device" in stage.warnings[0]


def test_threads_that_find_the_files_unusable_at_once_all_go_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between this thread's question whether there are files and their use, another one gives them up."""

    class Unusable:
        def take(self, name: str) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

    answers: list[Unusable | None] = [Unusable()]

    def files_now(_: Ledger) -> Unusable | None:
        return answers.pop() if answers else None

    run = stage.run(ledger=Ledger())
    monkeypatch.setattr(Ledger, "_files", property(files_now, lambda *_: None), raising=False)
    with run.ledger.lock_users(run, stage.account, "alice"):
        assert not answers


def test_a_guard_may_ask_what_was_bound_while_another_thread_binds(stage: Stage) -> None:
    ledger, others = Ledger(), itertools.count(10_000_000)

    class Busy(str):
        """An account at whose comparison another thread binds a device."""

        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            ledger.restored(Pair(parse_serial_number(f"GAHT{next(others)}"), "bob", stage.account))
            return str.__eq__(self, other)

    ledger.restored(Pair(parse_serial_number(stage.arn()), "alice", Busy(stage.account)))
    assert ledger.bound(stage.account, "alice") == [stage.arn()]
