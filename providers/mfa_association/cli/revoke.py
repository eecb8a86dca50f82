"""``mfa-association revoke``: the stolen phone, now."""

from __future__ import annotations

import argparse
import sys
from functools import reduce
from typing import Any, get_args

from mfa_association import roster
from mfa_association.aws.credentials import Credentials
from mfa_association.aws.directory import AccountLists
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import open_session
from mfa_association.cli.options import add_connection, add_roster, connection, declared_if_there
from mfa_association.cli.output import counted
from mfa_association.cli.process import BROKEN, OK
from mfa_association.engine.contexts import Override, override_of_this_run
from mfa_association.errors import MfaError
from mfa_association.inventory.contain import StepResult
from mfa_association.inventory.followup import pull_request, remaining
from mfa_association.inventory.on_disk import RosterOnDisk
from mfa_association.inventory.revoke import Revocation, RevocationRequest, choose, warning_of
from mfa_association.lifecycle import AccountContext, Limits
from mfa_association.validation import OnLastDevice, check_user_name

_LIMITS = Limits(retry_deadline=60.0)


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("revoke", help="end what a lost or stolen device can do, now")
    parser.description = (
        "Deactivate a user's MFA device at once, by the same rules as a removed line, and take its line out of the "
        "roster. With --contain first the console password, the active access keys and the older sessions go, so that "
        "the account is never weaker for it. Every step may be run again."
    )
    parser.add_argument("user", metavar="USER", help="IAM user name")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("serial", metavar="SERIAL", nargs="?", help="serial number or name; left out for an only device")
    which.add_argument("--all", action="store_true", help="all devices that the user holds or the roster lists")
    parser.add_argument("--contain", action="store_true", help="take password, access keys and sessions away first")
    parser.add_argument(
        "--on-last-device", choices=get_args(OnLastDevice), help="for this run, whatever the roster says"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the calls and the change; change nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_roster(parser)
    add_connection(parser)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    session, notes = open_session(connection(options)), list[str]()
    context = AccountContext(Iam(session), limits=_LIMITS, warn=notes.append, note=notes.append)
    user = AccountLists(session).user(check_user_name(options.user, "USER"))
    file = declared_if_there(options)
    targets = choose(context, user.user_name, options.serial, options.all, file.lines() if file else ())
    override = Override(options.on_last_device) if options.on_last_device else override_of_this_run()
    order = RevocationRequest(user.user_name, user.user_id, targets, options.contain, override)
    revocation = Revocation(context, Credentials(session), order, notes)
    if not targets and not options.contain:
        print(f"{user.user_name} holds no MFA device, and the roster lists none: there is nothing to do.")
        return OK
    _show(context, order, revocation, file)
    if options.dry_run:
        return OK
    if not options.yes:
        _ask()
    return _carry_out(order, revocation, file)


def _show(context: AccountContext, order: RevocationRequest, revocation: Revocation, file: RosterOnDisk | None) -> None:
    """The plan: every call that changes something, and the change of the roster."""
    print(f"For user {order.user_name} of account {context.iam.caller.account_id}:")
    for step in revocation.steps():
        print("\n".join(f"  {call}" for call in step.call.splitlines()))
    for line in file.preview(lambda text: _without(text, _serials(order), file.path)) if file else ():
        print(f"  {line}")
    warning = warning_of(context, order)
    if warning:
        print(warning)


def _ask() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise MfaError("asking for your consent: there is no terminal; nothing was changed, give --yes or --dry-run")
    try:
        answer = input("Do this? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise MfaError("revoking: you said no; nothing was changed")


def _carry_out(order: RevocationRequest, revocation: Revocation, file: RosterOnDisk | None) -> int:
    done = []
    for step in revocation.carry_out():
        done.append(step)
        print(f"{step.outcome}: {step.name}: {step.text}", flush=True)
    if any(step.outcome == "NOT DONE" for step in done):
        print("\nThe roster stays as it is until all is done: fix that, and run the same command again.")
        return BROKEN
    changed = _change(file, _serials(order)) if file and order.targets else None
    if changed and changed.outcome == "done":
        print(f"\nPull request:\n\n{_indented(pull_request(order, done))}")
    print("\nWhat remains to be done:\n")
    for number, text in enumerate(remaining(order, done, changed), 1):
        print(f"  {number}. {text}")
    return BROKEN if changed and changed.outcome == "NOT DONE" else OK


def _change(file: RosterOnDisk, gone: list[str]) -> StepResult:
    """Take the lines out of the roster; the last step, since it can be made up for by hand."""
    try:
        difference = file.apply(lambda text: _without(text, gone, file.path))
    except MfaError as fault:
        done = StepResult(file.path, "NOT DONE", str(fault))
    else:
        done = StepResult(file.path, "done" if difference else "nothing to do", _lines(difference))
    print(f"{done.outcome}: {done.name}: {done.text}")
    return done


def _lines(difference: list[str]) -> str:
    count = sum(line.startswith("-") and not line.startswith("---") for line in difference)
    return f"{counted(count, 'line')} removed" if difference else "it does not list the device"


def _without(text: str, serials: list[str], path: str) -> str:
    return reduce(lambda text, serial: roster.remove(text, serial, path), serials, text)


def _serials(order: RevocationRequest) -> list[str]:
    return [target.serial_number.text for target in order.targets]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())
