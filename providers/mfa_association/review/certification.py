"""What the roster requires MFA devices to be certified for, held against a change. Pure.

Only FIDO keys are certified for anything, so that of other devices no read is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mfa_association.inventory.certifications import satisfies, shown
from mfa_association.inventory.snapshot import Certifications
from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.findings import Finding
from mfa_association.review.model import Change, Phrase
from mfa_association.validation import FIDO

_NOT_ASKED = NotChecked("AWS was not asked")
_NOT_TOLD = NotChecked("AWS tells nothing of it")


def of_requirement(before: str | None, after: str | None) -> Iterator[Change]:
    """A requirement of the roster that the change takes back or widens."""
    if before is None or (after is not None and (after == before or after.startswith(f"{before}-"))):
        return
    now = f"requires {after}" if after else "requires nothing any more"
    what: Phrase = (f"required certification for {before} of MFA devices, and {now}",)
    yield Change("certification-loosened", "medium", "the roster", what)


def of_gains(gains: Iterable[Finding], required: str | None, live: Live | None) -> Iterator[Change]:
    """Devices that users gain and that lack the certification, or of which it is not known. A root user may not ask."""
    for one in gains:
        is_users = one.holder is not None and one.holder.root_account_id is None
        if required is None or one.kind not in ("added", "moved-here") or not is_users:
            continue
        told = _certifications(one, live)
        if isinstance(told, NotChecked):
            what: Phrase = (f"is declared, and the roster requires {required}: not checked ({told.reason})",)
            yield Change("uncertified", "low", one.address, what, one.place)
        elif not satisfies(told, required):
            label = f"a {one.device_kind.label} device" if one.device_kind is not FIDO else "the key"
            have = f"is certified for {shown(told) or 'nothing'}"
            what = (f"is declared, and the roster requires {required}: {label} {have}",)
            yield Change("uncertified", "medium", one.address, what, one.place)


def _certifications(one: Finding, live: Live | None) -> Certifications | NotChecked:
    if one.serial_number is None:
        return NotChecked("the device is not known yet")
    if one.device_kind is not FIDO:
        return ()
    if live is None:
        return _NOT_ASKED
    return dict(live.certifications).get(one.serial_number.lower(), _NOT_TOLD)
