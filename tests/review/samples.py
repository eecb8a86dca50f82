"""The reviews that docs/review.md shows, from captured previews and what AWS would say of their users."""

from __future__ import annotations

import re
from pathlib import Path

from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Live
from mfa_association.review.findings import Report
from mfa_association.review.markdown import to_markdown
from mfa_association.review.model import SourceLocation
from mfa_association.review.parse import parse
from mfa_association.roster import parse as parse_roster

from .make import facts, live, virtual

PREVIEWS = Path(__file__).parent / "previews"
ROSTER = """\
# Who may hold which MFA device. Deleting a line deactivates the device.
users:
  alice:
    - arn:aws:iam::111122223333:mfa/alice-phone
    - arn:aws:iam::111122223333:mfa/alice-tablet
  bob:
    - GAHT12345678
  carol:
    - arn:aws:iam::111122223333:u2f/user/carol/yubikey-EXAMPLE
  dave:
    - arn:aws:iam::111122223333:mfa/dave-phone
  erin:
    - arn:aws:iam::111122223333:mfa/erin-phone
"""
KEY = "arn:aws:iam::111122223333:u2f/user/carol/yubikey-EXAMPLE"
LOSSES: Live = live(
    facts("alice", (virtual("alice-phone"), virtual("alice-tablet")), console_password=True),
    facts("carol", (KEY,)),
    facts(
        "dave",
        (virtual("dave-phone"),),
        console_password=True,
        administrator="yes",
        administrator_by="AdministratorAccess",
        password_last_used="2026-01-30T08:15:00Z",
    ),
    password_only_users=("frank",),
    bare_as_of="2026-01-31T11:30:00Z",
)
GAINS: Live = live(
    facts("alice", ()),
    facts("bob", ("GAHT12345678",)),
    facts("dave", (virtual("dave-phone"),)),
    facts(
        "erin", (), console_password=True, administrator="yes", administrator_by="AdministratorAccess through group ops"
    ),
)


def lines() -> dict[str, SourceLocation]:
    """The lines of the roster by device."""
    return {line.serial.key: SourceLocation("roster.yaml", line.line) for line in parse_roster(ROSTER).lines}


def report(name: str, context: Context | None = None, exit_code: int | None = 0) -> Report:
    """A captured preview, reviewed."""
    return classify(parse((PREVIEWS / f"{name}.json").read_bytes(), "access/production", exit_code), context)


def samples() -> dict[str, Report]:
    """The three of the page by name."""
    return {
        "losses": report("delete", Context(LOSSES, base=lines())),
        "gains": report("gains", Context(GAINS, head=lines(), author="erin")),
        "failed": report("failed-program", exit_code=255),
    }


def fill(page: str) -> str:
    """A page with the samples in its comments."""
    texts = iter([to_markdown(report) for report in samples().values()])
    pattern = re.compile(r"^<!-- comment -->\n.*?^<!-- end of comment -->$", re.MULTILINE | re.DOTALL)
    return pattern.sub(lambda _: f"<!-- comment -->\n{next(texts)}<!-- end of comment -->", page)
