"""What the user reads: one sentence, as the engines show it, and whom it is about."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from mfa_association.terraform.log import log
from mfa_association.terraform.protocol import message

Severity = Literal["error", "warning"]

_SEVERITIES = {"error": 1, "warning": 2}
_CLAUSE = re.compile(r": |; ")
_GERUND = re.compile(r"[a-z]+ing\b")


@dataclass
class Diagnostics:
    """What one call has to tell. ``whole``: warnings are not split into headline and rest."""

    found: list[Any] = field(default_factory=list)
    whole: bool = False

    def error(self, sentence: str, path: str = "") -> None:
        """An error, at an attribute if there is one."""
        self.found.append(_diagnostic("error", sentence, path))

    def warn(self, sentence: str, path: str = "") -> None:
        """A warning, at an attribute if there is one."""
        made = _diagnostic("warning", sentence, path)
        if self.whole:
            made.summary, made.detail = "", sentence
        self.found.append(made)


_call = threading.local()


@contextmanager
def collect_diagnostics(*, whole: bool = False) -> Iterator[Diagnostics]:
    """Collect what the call of this thread tells; ``whole``: for Pulumi's bridge, which logs the rest first."""
    _call.diagnostics = diagnostics = Diagnostics(whole=whole)
    try:
        yield diagnostics
    finally:
        _call.diagnostics = None


def warn(sentence: str, path: str = "") -> None:
    """A warning of the call that this thread serves, at an attribute if there is one; outside of a call, a log line."""
    diagnostics: Diagnostics | None = getattr(_call, "diagnostics", None)
    if diagnostics is None:
        log("warn", sentence)
    else:
        diagnostics.warn(sentence, path)


def note(sentence: str) -> None:
    """Something that only the log tells."""
    log("info", sentence)


def _diagnostic(severity: Severity, sentence: str, path: str) -> Any:
    """Its first clause is the headline: the engines fold warnings of the same headline into one."""
    end = _CLAUSE.search(sentence)
    summary, detail = (sentence[: end.start()], sentence[end.end() :]) if end else (sentence, "")
    steps = [message("AttributePath.Step")(attribute_name=path)] if path else []
    attribute = message("AttributePath")(steps=steps) if steps else None
    made = message("Diagnostic")(severity=_SEVERITIES[severity], summary=_headline(summary), detail=detail)
    if attribute:
        made.attribute.CopyFrom(attribute)
    return made


def _headline(text: str) -> str:
    """As it begins, but for a gerund: user names keep their case."""
    return text[:1].upper() + text[1:] if _GERUND.match(text) else text
