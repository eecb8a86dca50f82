"""Where errors leave Python: one sentence in the engine's diagnostics, no traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from mfa_association.errors import MfaError

P = ParamSpec("P")
T = TypeVar("T")


class ProviderError(Exception):
    """What the engine shows as ``error: mfa-association: SENTENCE``.

    The SDK sends ``traceback.format_exc()``, whose last line is the class's module and qualified name; these two are
    chosen so that the line reads well.
    """

    __module__ = "builtins"
    __qualname__ = "mfa-association"


def quiet_tracebacks() -> None:
    """Leave only the last line of a traceback; set MFA_ASSOCIATION_DEBUG to see all of it."""
    if not os.environ.get("MFA_ASSOCIATION_DEBUG"):
        sys.tracebacklimit = 0


def one_sentence(verb: Callable[P, T]) -> Callable[P, T]:
    """Let an ``MfaError`` leave as its sentence alone."""

    @functools.wraps(verb)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return verb(*args, **kwargs)
        except MfaError as fault:
            raise ProviderError(str(fault)) from None

    return guarded
