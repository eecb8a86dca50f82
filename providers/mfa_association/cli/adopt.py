"""``mfa-association adopt``: a live account into a roster and a Pulumi import file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from mfa_association.aws.reader import Reader
from mfa_association.cli import adopt_terraform, adopt_yaml
from mfa_association.cli.accounts import ACCOUNT, add_accounts, in_parallel, refuse_shared
from mfa_association.cli.adopt_program import ProgramFiles, refuse_shared_folder
from mfa_association.cli.options import ROSTER, account_list, add_connection, connection, sign_in, spelled
from mfa_association.cli.output import Tell, counted, progress, show
from mfa_association.cli.process import BROKEN, FOUND, OK, worst
from mfa_association.errors import MfaError
from mfa_association.inventory.adopt import Adoption, adopt
from mfa_association.inventory.compare import Pair
from mfa_association.inventory.walk import take
from mfa_association.lifecycle import Association
from mfa_association.roster import Line, RosterFile, read_file, write_file
from mfa_association.validation import check_user_name

_DESCRIPTION = """
Read who holds which MFA device and write it into a roster. Nothing in AWS is changed. A new roster takes in all that is
held; in an existing one every line, comment and setting stays, and devices that it does not declare are listed and
added only with --approve. Exit code: 0 done, 3 devices wait for approval, 1 refused, or AWS could
not be read.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("adopt", help="write a live account into a roster", description=_DESCRIPTION)
    parser.add_argument("users", nargs="*", metavar="USER", help="only these users (default: all)")
    parser.add_argument("--roster", default=ROSTER, metavar="FILE", help=f"roster to write ({ROSTER})")
    parser.add_argument("--approve", action="append", default=[], metavar="DEVICE", help="add this device, or `all`")
    parser.add_argument("--import-file", metavar="FILE", help="write a file for `pulumi import --file`")
    programs = parser.add_mutually_exclusive_group()
    for name, text in (("terraform", adopt_terraform.HELP), ("yaml", adopt_yaml.HELP)):
        programs.add_argument(f"--{name}", action="store_const", const=name, dest="program", help=text)
    add_accounts(parser)
    add_connection(parser)
    parser.set_defaults(command=_run)


_Held = tuple[tuple[Line, Association], ...]


@dataclass(frozen=True)
class _Done:
    """One account's result. ``imported``: the import file, and how many devices it holds."""

    path: str
    account_id: str
    adoption: Adoption
    imported: tuple[str, int] | None
    program: ProgramFiles


def _run(options: argparse.Namespace) -> int:
    for name in options.users:
        check_user_name(name)
    if options.accounts is not None:
        return _run_many(options)
    sign_in(options)
    with progress() as tell:
        done = _adopt(options, None, tell)
    return _report(done)


def _run_many(options: argparse.Namespace) -> int:
    accounts = account_list(options.accounts)
    _refuse_shared(options)
    sign_in(options)
    done = in_parallel({account: partial(_adopt, options, account) for account in accounts})
    return worst([_outcome(account, one) for account, one in done.items()])


def _outcome(account: str, done: _Done | MfaError) -> int:
    if not isinstance(done, MfaError):
        return _report(done)
    print(f"mfa-association: account {account}: {done.spelled(spelled)}", file=sys.stderr)
    return BROKEN


def _refuse_shared(options: argparse.Namespace) -> None:
    """Each account has its own files and role, and users and root users belong to one account."""
    own = {"--roster": options.roster, "--import-file": options.import_file, "--role-arn": options.role_arn or ""}
    refuse_shared("adopting", own)
    if options.users or options.roots:
        raise MfaError(
            "adopting many accounts: users and --roots belong to one account; "
            "nothing was written, leave them out or leave out --accounts"
        )
    if options.program:
        refuse_shared_folder(options.roster, f"--{options.program}")


def _adopt(options: argparse.Namespace, account: str | None, tell: Tell, stop: Event | None = None) -> _Done:
    reader = Reader(connection(options, account), progress=tell, stop=stop)
    number = account or reader.account_id
    path = options.roster.replace(ACCOUNT, number)
    file = read_file(path, may_be_missing=True)
    roots = account_list(options.roots) if options.roots else ()
    snapshot = take(reader, tuple(options.users), roots=roots)
    adoption = adopt(path, file.text, snapshot, tuple(options.approve))
    beside = _program_files(options, path, number, [line for line, _ in adoption.held])
    imported = None
    if options.import_file:
        imported = (options.import_file.replace(ACCOUNT, number), len(adoption.held))
        _write_import(imported[0], adoption.held)
    if adoption.added:
        _write(file, adoption.text)
    for one, text in beside.texts:
        _write(one, text)
    return _Done(path, number, adoption, imported, beside)


def _program_files(options: argparse.Namespace, path: str, account_id: str, held: list[Line]) -> ProgramFiles:
    if options.program == "terraform":
        return adopt_terraform.terraform_files(Path(path), held)
    if options.program == "yaml":
        return adopt_yaml.yaml_files(Path(path), account_id, options.region)
    return ProgramFiles()


def _write_import(path: str, held: _Held) -> None:
    from mfa_association.pulumi.imports import import_file

    try:
        before = Path(path).read_bytes() if Path(path).exists() else None
    except OSError as fault:
        raise MfaError(f"reading ({path}): {fault.strerror}; nothing was written, correct the path") from None
    _write(RosterFile(Path(path), before), json.dumps(import_file(held), indent=1) + "\n")


def _write(file: RosterFile, text: str) -> None:
    """Write a file, in a new folder where a template names one."""
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise MfaError(f"making the folder of ({file.path}): {fault.strerror}; nothing was written") from None
    write_file(file, text)


def _report(done: _Done) -> int:
    adoption = done.adoption
    print(f"{done.path}: {counted(len(adoption.added), 'device')} added, {len(adoption.lines)} declared")
    if done.imported is not None:
        file, number = done.imported
        print(f"{file}: {counted(number, 'device')}, for `pulumi import --file {file}`")
    for sentence in done.program.sentences:
        print(sentence)
    for root in adoption.roots:
        print(
            f"left out: the root user of {root.root_account_id} holds {counted(len(root.devices), 'device')}; see --roots"
        )
    for cause in adoption.unread_roots:
        print(f"left out: {cause}")
    show(
        _HEADERS,
        [_row(pair) for pair in adoption.odd],
        done.account_id,
        "left out: a roster cannot declare these devices",
    )
    if adoption.differing:
        print(f"not held as declared: {counted(len(adoption.differing), 'device')}; see `mfa-association drift`")
    show(_HEADERS, [_row(pair) for pair in adoption.waiting], done.account_id, "not declared, for your approval:")
    if adoption.waiting:
        print("add each device that you know with --approve DEVICE, or all of them with --approve all")
        return FOUND
    return OK


_HEADERS = ("HOLDER", "DEVICE", "KIND", "ENABLED")


def _row(pair: Pair) -> tuple[str, ...]:
    holder, device = pair.holder, pair.device
    name = "" if holder is None else f"root of {holder.root_account_id}" if holder.root_account_id else holder.name
    return (name, pair.serial_number, device.kind.name if device else "", device.enable_date if device else "")
