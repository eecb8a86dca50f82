"""Where errors leave Python: one sentence in the engine's diagnostics, no traceback."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from mfa_association.errors import MfaError
from mfa_association.pulumi import runtime
from mfa_association.pulumi.config import spelled

P = ParamSpec("P")
T = TypeVar("T")


class ProviderError(Exception):
    """What the engine shows as ``error: mfa-association: SENTENCE``.

    The SDK sends ``traceback.format_exc()``, whose last line is the class's module and qualified name; these two are
    chosen so that the line reads well.
    """

    __module__ = "builtins"
    __qualname__ = "mfa-association"


class _Tracebacks:
    """What the SDK's plugin finds under the name ``traceback``: ours are one line, everybody else's are whole."""

    def __getattr__(self, name: str) -> Any:
        return getattr(traceback, name)

    def format_exc(self) -> str:
        """The error being handled, as the engine shows it."""
        error = sys.exc_info()[1]
        whole = not isinstance(error, ProviderError) or os.environ.get("MFA_ASSOCIATION_DEBUG")
        return traceback.format_exc() if whole else "".join(traceback.format_exception_only(type(error), error))


_SDK_PLUGIN: Final = "pulumi.dynamic"


def hide_own_tracebacks() -> None:
    """Send our errors to the engine without a traceback; set MFA_ASSOCIATION_DEBUG to see it.

    All dynamic providers of a stack share this process, so ``sys.tracebacklimit`` would take theirs too.
    """
    plugin = sys.modules["__main__"]
    if plugin.__spec__ is not None and plugin.__spec__.parent == _SDK_PLUGIN:
        vars(plugin)["traceback"] = _Tracebacks()


def one_sentence(verb: Callable[P, T]) -> Callable[P, T]:
    """Let an ``MfaError`` leave as its sentence alone; one that fails everything is shown in full only once."""

    @functools.wraps(verb)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return verb(*args, **kwargs)
        except MfaError as fault:
            raise ProviderError(runtime.repeats().shorten(fault).spelled(spelled)) from None

    return guarded
