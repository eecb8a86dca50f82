"""The summary of a workflow's step, which GitHub drops whole if it grows too large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mfa_association.errors import MfaError
from mfa_association.forges.cut import fit, in_bytes

SUMMARY_BYTES = 1_048_576

_WHERE = "`mfa-association review` prints all of them."


def summary_file(environment: Mapping[str, str]) -> Path:
    """The file that becomes the step's summary. Raises ``MfaError``."""
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        raise MfaError("writing the step summary: GITHUB_STEP_SUMMARY names no file; leave out --step-summary")
    return Path(path)


def append(file: Path, texts: Sequence[str]) -> None:
    """Append the texts, each with its share of what room is left. Raises ``MfaError``."""
    try:
        room = SUMMARY_BYTES - (file.stat().st_size if file.exists() else 0)
        with file.open("a", encoding="utf-8", newline="") as summary:
            for left, text in zip(range(len(texts), 0, -1), texts, strict=True):
                # Two line ends after it.
                piece = fit(text.rstrip(), room // left - 2, _WHERE, in_bytes, whose="GitHub") + "\n\n"
                summary.write(piece)
                room -= in_bytes(piece)
    except OSError as fault:
        raise MfaError(f"writing the step summary ({file}): {fault.strerror}; leave out --step-summary") from None
