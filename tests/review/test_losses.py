"""Who loses a device and how bad that is: the rows of docs/review.md, each with what tips it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.findings import Finding, plain
from mfa_association.review.model import GrantStep, UserStep
from mfa_association.review.sentence import sentence

from .make import (
    ACCOUNT,
    DENIED,
    KEY,
    PHONE,
    TABLET,
    changed,
    facts,
    gone,
    held,
    kept,
    live,
    new,
    review,
    step,
    virtual,
)

YES: dict[str, Any] = {"console_password": True}
ADMIN: dict[str, Any] = {"administrator": "yes"}
PASSWORD = ("aws:iam/userLoginProfile:UserLoginProfile", "alice")


def only(*steps: Any, **context: Any) -> Finding:
    """The one loss of a review."""
    (finding,) = review(*steps, **context).losses
    return finding


def password(op: str, user: str = "alice", account: str | None = ACCOUNT) -> GrantStep:
    return GrantStep(f"password-{user}", PASSWORD[0], op, "password", user, account_id=account)  # type: ignore[arg-type]


def administrator(op: str, user: str = "alice") -> GrantStep:
    return GrantStep(f"admin-{user}", "aws:iam/userPolicy:UserPolicy", op, "administrator", user)  # type: ignore[arg-type]


def user(op: str, name: str | None = "alice", **more: Any) -> UserStep:
    return UserStep(f"user-{name}", "aws:iam/user:User", op, name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("risk", "asked", "reason"),
    [
        ("critical", facts(**YES, **ADMIN), "the last one, password, administrator"),
        ("critical", facts(console_password=True, administrator="not fully determined"), "unknown moves one row up"),
        ("critical", facts(console_password=DENIED, administrator="yes"), "a denial is not a no"),
        ("high", facts(**YES), "the last one, password"),
        ("high", facts(**ADMIN), "the last one, administrator"),
        ("high", facts(console_password=DENIED), "medium, and one up because nobody knows of a password"),
        ("high", facts(administrator=DENIED), "medium, and one up because nobody knows of rights"),
        ("high", facts(console_password=DENIED, administrator=DENIED), "two unknowns move it once"),
        ("medium", facts(), "the last one, neither password nor administrator"),
        ("low", facts(serials=(PHONE, TABLET), **YES, **ADMIN), "another stays"),
        ("high", facts(serials=DENIED, **YES), "whether it is the last one could not be answered"),
        ("high", facts(serials=DENIED), "whether it is the last one could not be answered"),
        ("critical", facts(serials=DENIED, **YES, **ADMIN), "perhaps the last one of an administrator with a password"),
        ("info", facts(active_access_keys=0), "no password and no key: a leaver"),
        ("medium", facts(active_access_keys=DENIED), "nobody knows of keys: no leaver"),
        ("info", facts(exists=False, serials=(), console_password=False), "the user is gone"),
        ("info", facts(serials=(TABLET,), **YES, **ADMIN), "AWS says that it is not active"),
    ],
)
def test_what_aws_says_decides(risk: str, asked: Any, reason: str) -> None:
    assert only(gone(), live=live(asked)).risk == risk, reason


@pytest.mark.parametrize(
    ("risk", "steps", "reason"),
    [
        ("high", [gone()], "without AWS nobody knows whether it is the last one"),
        ("low", [gone(), kept(TABLET)], "the code declares another"),
        ("high", [gone(), kept(TABLET, active=False)], "the other one is not active"),
        ("high", [gone(), kept(TABLET, user="bob")], "the other one is bob's"),
        ("low", [new(TABLET, enables=True), gone()], "the new one comes first: Pulumi removes last"),
        ("high", [new(TABLET), gone()], "the new one has no codes"),
        ("high", [gone(), password("same")], "the last one perhaps, and a password in this stack"),
        ("critical", [gone(), password("same"), administrator("create")], "password and administrator in this stack"),
        (
            "high",
            [gone(active=False)],
            "not active when it was last saved: it may be again, so that counts for nothing",
        ),
        ("info", [gone(skipped_because="it is retained")], "AWS is not called"),
        ("high", [gone(), user("delete")], "the user goes too, unless its policies block that"),
        ("high", [gone(), user("delete", skipped_because="it is retained")], "the user stays"),
        ("high", [gone(), user("delete", "alicia")], "another user goes"),
        ("critical", [gone(PHONE, root="222233334444")], "the root user"),
        ("critical", [gone(PHONE, root="222233334444"), kept(TABLET, root="222233334444")], "the root user, always"),
        ("critical", [gone(PHONE, root="222233334444", active=False)], "the root user, whatever was saved"),
        ("high", [gone(user=None)], "nobody knows whose it is"),
        ("high", [step("unknown", held(), raw_op="zap")], "an operation that nobody knows may remove it"),
        ("high", [gone(leftover=True)], "left over from a failed run"),
    ],
)
def test_without_aws_the_code_decides(risk: str, steps: list[Any], reason: str) -> None:
    (finding,) = review(*steps).losses
    assert finding.risk == risk, reason


@pytest.mark.parametrize(
    ("risk", "steps", "reason"),
    [
        ("low", [new(TABLET, name="a", replaces=True, enables=True), gone(name="a", replaces=True)], "added first"),
        (
            "high",
            [gone(name="a", replaces=True), new(TABLET, name="a", replaces=True, enables=True)],
            "added last: nothing holds the removal back if that fails",
        ),
        ("high", [new(TABLET, name="a", replaces=True), gone(name="a", replaces=True)], "the new one has no codes"),
        (
            "medium",
            [gone(name="a", replaces=True), new(TABLET, name="a", replaces=True), kept(KEY)],
            "removed before the new one is added, though a key stays: the worst rule wins",
        ),
    ],
)
def test_a_replacement_goes_by_its_order(risk: str, steps: list[Any], reason: str) -> None:
    (finding,) = review(*steps).losses
    assert (finding.kind, finding.risk) == ("replaced", risk), reason


def test_terraform_takes_unrelated_resources_in_any_order() -> None:
    steps = [new(TABLET, enables=True), gone()]
    assert only(*steps).risk == "low"
    assert only(*steps, engine="terraform").risk == "high"


@pytest.mark.parametrize(
    ("risk", "counts", "steps", "what"),
    [
        ("low", False, [new(name="b"), gone(name="a")], "declared again under another name; stays active"),
        (
            "medium",
            False,
            [gone(name="a"), new(name="b", enables=True)],
            "deactivated and declared again; enabled again",
        ),
        (
            "high",
            True,
            [gone(name="a"), new(name="b")],
            "deactivated and declared again; without codes it stays inactive",
        ),
    ],
)
def test_the_same_device_deleted_and_created_is_a_finding(risk: str, counts: bool, steps: list[Any], what: str) -> None:
    report = review(*steps)
    (finding,) = report.losses
    assert (finding.kind, finding.risk, finding.counts, plain(finding.what)) == ("redeclared", risk, counts, what)
    assert report.gains == ()


def test_a_declaration_by_another_process_keeps_nothing() -> None:
    """What removes the device hears only what is declared in its own process; an explicit provider has one of its own."""
    for enables in (False, True):
        again = replace(new(name="b", enables=enables), process="explicit")
        finding = only(again, gone(name="a"), live=live(facts(**YES)))
        assert (finding.kind, finding.risk, finding.counts) == ("redeclared", "high", True)
        assert "through another provider" in plain(finding.what)


def test_a_new_spelling_of_the_same_device_is_the_same_device() -> None:
    assert only(new(PHONE.upper().replace("ARN:AWS:IAM", "arn:aws:iam"), name="b"), gone(name="a")).kind == "redeclared"


@pytest.mark.parametrize("by_two", [False, True])
def test_a_change_of_holder_is_a_loss_and_a_gain(by_two: bool) -> None:
    steps = [new(user="bob", name="b"), gone(name="a")] if by_two else [changed(held(), holder=held(user="bob").holder)]
    report = review(*steps)
    (loss,), (gain,) = report.losses, report.gains
    assert (loss.kind, str(loss.holder), loss.risk) == ("moved-away", "alice", "high")
    assert (gain.kind, str(gain.holder), gain.risk) == ("moved-here", "bob", "medium")
    assert sentence(report) == "1 user loses an MFA device and may be left with none. 1 user gains one."
    assert report.removals == 0


def test_a_renamed_user_keeps_the_device() -> None:
    finding = only(changed(held(), holder=held(user="alicia").holder), user("update", "alicia", previous_name="alice"))
    assert (finding.kind, finding.risk, finding.counts) == ("moved-away", "info", False)


def test_a_holder_in_another_case_is_no_change() -> None:
    report = review(changed(held(), holder=held(user="Alice").holder))
    assert (report.losses, report.gains) == ((), ())


@pytest.mark.parametrize(
    ("risk", "steps", "context", "reason"),
    [
        ("high", [user("delete", takes_devices=True)], {}, "the user goes too, unless its policies block that"),
        (
            "info",
            [user("delete", takes_devices=True)],
            {"live": live(facts(policies=(), **YES, **ADMIN))},
            "AWS says that nothing blocks the deletion",
        ),
        ("high", [user("delete", takes_devices=True, replaces=True)], {}, "the user is made anew, without devices"),
        (
            "critical",
            [user("delete", takes_devices=True, replaces=True)],
            {"live": live(facts(**YES, **ADMIN))},
            "an administrator with a password is made anew",
        ),
    ],
)
def test_a_user_whose_deletion_takes_all_devices(
    risk: str, steps: list[Any], context: dict[str, Any], reason: str
) -> None:
    finding = only(*steps, **context)
    assert (finding.kind, finding.risk, finding.serial_number) == ("user-deleted", risk, None), reason


def test_a_user_who_holds_nothing_has_nothing_to_lose() -> None:
    asked = live(facts(serials=()))
    assert review(user("delete", takes_devices=True), live=asked).losses == ()
    assert review(user("delete"), live=asked).losses == ()


def test_a_user_is_told_of_once() -> None:
    assert only(gone(), user("delete", takes_devices=True)).kind == "removed"


def test_an_association_and_its_virtual_device_are_one_loss() -> None:
    both = [gone(name="a"), gone(name="b", declares=False, also_deletes=True)]
    report = review(*both)
    assert (len(report.losses), report.removals) == (1, 1)


def test_both_devices_of_a_user_are_the_last() -> None:
    report = review(gone(), gone(TABLET), live=live(facts(serials=(PHONE, TABLET), **YES)))
    assert [one.risk for one in report.losses] == ["high", "high"]
    assert sentence(report) == (
        "1 user loses an MFA device and would be left with none, and could sign in with a password alone."
    )


@pytest.mark.parametrize(
    ("finding", "undo"),
    [
        (only(gone()), "yes, with two fresh codes"),
        (only(gone("GAHT12345678")), "yes, with two fresh codes"),
        (only(gone(KEY)), "no: alice must register it again"),
        (only(gone(also_deletes=True)), "no: a new one must be set up"),
        (only(gone(root="222233334444")), "only by the root user"),
        (only(gone(skipped_because="it is retained")), "nothing to undo"),
    ],
)
def test_how_it_can_be_undone(finding: Finding, undo: str) -> None:
    assert plain(finding.undo) == undo


def test_a_password_that_goes_too_counts_as_none() -> None:
    finding = only(gone(), password("delete"), live=live(facts(**YES)))
    assert (finding.risk, finding.console_password.answer) == ("medium", "no")
    leaver = only(gone(), password("delete"), live=live(facts(active_access_keys=0, **YES)))
    assert leaver.risk == "info"


def test_a_password_that_is_replaced_stays() -> None:
    finding = only(gone(), password("delete"), password("create"), live=live(facts()))
    assert (finding.risk, finding.console_password.answer) == ("high", "yes")


def test_a_saved_guard_is_told() -> None:
    assert "on_last_device: refuse may stop it" in plain(only(gone(on_last_device="refuse")).why)
    assert "refuse" not in plain(only(gone(on_last_device="refuse"), kept(TABLET)).why)


ROOT_CONTROLS = (
    "1.5 and 1.6",
    "v5.0.0: 1.4 and 1.5",
    "v6.0.0: 2.4 and 2.5",
    "v7.0.0: 2.5 and 2.6",
    "Security Hub: IAM.6 and IAM.9",
)


@pytest.mark.parametrize(
    ("finding", "benchmarks"),
    [
        (
            only(gone(), live=live(facts(**YES))),
            ("1.10", "v5.0.0: 1.9", "v6.0.0: 2.9", "v7.0.0: 2.10", "Security Hub: IAM.5 and IAM.19"),
        ),
        (only(gone(), live=live(facts())), ("Security Hub: IAM.19",)),
        (only(gone(), kept(TABLET)), ()),
        (only(gone(root="222233334444")), ROOT_CONTROLS),
    ],
)
def test_benchmarks_are_named_where_they_are_broken(finding: Finding, benchmarks: tuple[str, ...]) -> None:
    assert len(finding.cis) == len(benchmarks)
    assert all(ours.endswith(theirs) for ours, theirs in zip(finding.cis, benchmarks, strict=True))


def test_when_aws_cannot_be_asked_every_cell_says_why() -> None:
    finding = only(gone(), live=Live(NotChecked("no credentials")))
    assert (finding.console_password.answer, finding.console_password.note) == ("not checked", "no credentials")
    assert (finding.risk, finding.left.basis) == ("high", "managed")


def test_worst_first_then_by_name() -> None:
    report = review(
        gone(virtual("z"), "zoe"), gone(virtual("b"), "bob"), gone(virtual("c"), "carl", root="222233334444")
    )
    assert [str(one.holder) for one in report.losses] == ["root user of 222233334444", "bob", "zoe"]


OTHER = "444455556666"


@pytest.mark.parametrize(
    ("risk", "steps", "reason"),
    [
        ("high", [gone(), kept(TABLET.replace("111122223333", OTHER), account_id=OTHER)], "the other alice keeps hers"),
        ("high", [gone(), user("delete", account_id=OTHER)], "the other alice goes"),
        ("high", [gone(), user("delete", account_id="111122223333")], "this alice goes, unless something blocks that"),
        (
            "high",
            [gone(), new("GAHT12345678", account_id=None, enables=True), kept(KEY, "bob", account_id=OTHER)],
            "whose?",
        ),
        ("low", [gone(), new("GAHT12345678", account_id=None, enables=True)], "there is one account only"),
        ("high", [gone(), password("delete"), kept(KEY, "bob", account_id=OTHER)], "nobody knows whose password goes"),
    ],
)
def test_names_are_the_same_in_many_accounts(risk: str, steps: list[Any], reason: str) -> None:
    (finding,) = review(*steps).losses
    assert finding.risk == risk, reason


def test_a_second_declaration_of_a_device_does_not_hide_behind_the_first() -> None:
    report = review(new(name="b"), new(user="mallory", name="c", enables=True), gone(name="a"))
    assert [one.kind for one in report.losses] == ["redeclared"]
    assert [str(one.holder) for one in report.gains] == ["mallory"]


def test_whoever_declares_a_device_for_its_holder_comes_first() -> None:
    report = review(new(user="mallory", name="b"), new(name="c"), gone(name="a"))
    assert [one.kind for one in report.losses] == ["redeclared"]
    assert [str(one.holder) for one in report.gains] == ["mallory"]


def test_a_password_that_goes_in_another_account_lowers_nothing() -> None:
    steps = [gone(), password("delete", account=OTHER), kept(KEY, "bob", account_id=OTHER)]
    assert only(*steps, live=live(facts(**YES))).risk == "high"


def test_what_was_saved_as_inactive_may_be_active_again() -> None:
    assert only(gone(active=False), live=live(facts())).risk == "medium"


def test_one_user_in_two_spellings_is_one_user() -> None:
    assert sentence(review(gone(), gone(TABLET, "Alice"))).startswith("1 user loses")


@pytest.mark.parametrize(
    ("kind", "other", "engine", "reason"),
    [
        ("redeclared", {"op": "same"}, "pulumi", "it is checked before anything is deleted (rule 7)"),
        ("redeclared", {"op": "update"}, "pulumi", "so is one that changes"),
        ("removed", {"op": "same", "process": "explicit"}, "pulumi", "the process that deletes does not hear of it"),
        ("removed", {"op": "same", "user": "bob"}, "pulumi", "a declaration for somebody else keeps nothing"),
        ("removed", {"op": "same", "declares": False}, "pulumi", "a virtual device declares nobody's"),
        ("removed", {"op": "same"}, "terraform", "Terraform hears nothing of what stays, and refuses such a plan"),
    ],
)
def test_a_second_declaration_that_is_there_already(kind: str, other: Any, engine: Any, reason: str) -> None:
    op, user = other["op"], other.get("user", "alice")
    more = {key: value for key, value in other.items() if key not in ("op", "user")}
    finding = only(gone(name="a"), step(op, held(user=user), held(user=user), name="b", **more), engine=engine)
    kept = kind == "redeclared"
    assert (finding.kind, finding.removal, finding.counts) == (kind, not kept, not kept), reason
    assert finding.risk == ("low" if kept else "high"), reason
    if kept:
        assert plain(finding.what) == "declared by another resource too; stays active"


def test_a_second_declaration_that_is_there_already_enables_nothing() -> None:
    duplicate = step("same", held(active=False, enables=True), held(active=False, enables=True), name="b")
    report = review(gone(name="a", active=False), duplicate, live=live(facts(serials=())))
    assert (plain(report.losses[0].what), report.gains) == ("is not active and stays so", ())


AGAIN = "was deactivated and is enabled again"


@pytest.mark.parametrize(
    ("what", "before", "after", "process", "reason"),
    [
        ("is not active and stays so", {"active": False}, {}, "", "nothing enables it"),
        (
            "stays deactivated if the run refreshes first; if not, it is enabled, and deactivated again at the end",
            {"active": False, "renew": "1"},
            {"enables": True, "renew": "1"},
            "",
            "rule 2: what the old record says of it, the create cannot know without a refresh, and the delete does",
        ),
        (AGAIN, {"active": False, "renew": "1"}, {"enables": True, "renew": "2"}, "", "a new renew value enables it"),
        (
            f"{AGAIN}, unless the run refreshes first",
            {},
            {"enables": True},
            "",
            "the old record says that it is active",
        ),
        (
            "is enabled through another provider, and then deactivated",
            {"active": False},
            {"enables": True},
            "explicit",
            "the process that deletes hears nothing of it",
        ),
    ],
)
def test_a_device_that_is_not_active_under_another_name(
    what: str, before: Any, after: Any, process: str, reason: str
) -> None:
    again = replace(new(name="b", **after), process=process)
    report = review(again, gone(name="a", **before), live=live(facts(serials=())))
    (finding,) = report.losses
    assert (plain(finding.what), finding.risk, finding.counts, finding.removal) == (what, "low", False, False), reason
    assert [plain(one.what) for one in report.gains] == ([what] if after else []), reason


@pytest.mark.parametrize(
    ("removal", "saved", "now", "reason"),
    [
        (False, "AIDA1", "AIDA2", "the delete leaves alone what another user of that name registered"),
        (True, "AIDA1", "AIDA1", "the same user"),
        (True, None, "AIDA2", "no id was saved, so the delete cannot tell"),
        (True, "AIDA1", None, "AWS did not tell"),
    ],
)
def test_a_user_of_the_same_name(removal: bool, saved: str | None, now: str | None, reason: str) -> None:
    finding = only(gone(user_id=saved), live=live(facts(**YES, user_id=now)))
    assert (finding.removal, finding.counts, finding.risk) == (removal, removal, "high"), reason


def test_a_device_that_changes_in_place_is_a_loss_and_a_gain() -> None:
    report = review(changed(held(), serial_number=TABLET))
    assert [(one.kind, one.serial_number) for one in report.losses] == [("removed", PHONE)]
    assert [(one.kind, one.serial_number) for one in report.gains] == [("added", TABLET)]
