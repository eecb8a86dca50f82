"""A preview, and what AWS says, to findings with their risk. Pure: the same input gives the same report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mfa_association.review.after import StateAfter
from mfa_association.review.effects import effects
from mfa_association.review.facts import Live
from mfa_association.review.findings import RISKS, Finding, Report, Risk
from mfa_association.review.gains import gains
from mfa_association.review.losses import losses
from mfa_association.review.model import Change, Preview, SourceLocation

DeclaredAt = Mapping[str, SourceLocation]


@dataclass(frozen=True)
class Context:
    """What a review knows besides the preview. ``base`` and ``head``: lines of the roster by serial number in small
    letters, before and after the change; ``author``: who wrote the change, or all who did; ``files``: those that it
    touches and that are no rosters;
    ``code_risk``: how bad it is that code changes, None for naming it only; ``former_limit``: what `maxRemovals` was before
    the change, if the repository tells."""

    live: Live | None = None
    base: DeclaredAt = field(default_factory=dict)
    head: DeclaredAt = field(default_factory=dict)
    author: str | Sequence[str] | None = None
    files: tuple[str, ...] = ()
    code_risk: Risk | None = None
    former_limit: int | None = None


def classify(preview: Preview, context: Context | None = None) -> Report:
    """Rate everything a preview does to devices; what could not be assessed has no findings, and is never green."""
    context = context or Context()
    if preview.failure is not None:
        return Report(preview.engine, preview.stack, failure=preview.failure, engine_version=preview.engine_version)
    device_effects = effects(preview.devices, ordered=preview.ordered)
    after = StateAfter(preview, device_effects, context.live)
    return Report(
        preview.engine,
        preview.stack,
        _in_order(losses(preview, device_effects, after, context.base)),
        _in_order(gains(preview, device_effects, after, context.head, context.author)),
        engine_version=preview.engine_version,
        notes=preview.notes,
        live=context.live,
        changes=tuple(
            sorted(
                (*preview.changes, *_raised(preview, context)),
                key=lambda finding: (RISKS.index(finding.risk), finding.kind, finding.address),
            )
        ),
        code=preview.code,
        files=context.files,
        code_risk=context.code_risk,
        max_removals=min(_known(preview.max_removals, context.former_limit), default=None),
    )


def _raised(preview: Preview, context: Context) -> Iterator[Change]:
    """A limit of the stack that the change lifts or raises, which no preview tells."""
    old, new = context.former_limit, preview.max_removals
    if old is not None and (new is None or new > old):
        what = f"raises the limit of removals in one run from {old} to {'no limit' if new is None else new}"
        yield Change("limit-raised", "low", "the configuration", (what,))


def _known(*limits: int | None) -> list[int]:
    return [limit for limit in limits if limit is not None]


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by holder and device."""
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                RISKS.index(finding.risk),
                not finding.counts,
                finding.holder.key if finding.holder else ("", ""),
                (finding.serial_number or "").lower(),
                finding.address,
            ),
        )
    )
