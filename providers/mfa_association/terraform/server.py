"""The calls of the protocol as bytes: ``call(method, request) -> response``. Knows no transport.

This is where errors leave Python: an ``MfaError`` as its sentence, and nothing as a traceback. What answers a call is
loaded when it is first needed: an engine starts the process several times a command, mostly for the schema alone.
"""

from __future__ import annotations

from mfa_association.errors import MfaError
from mfa_association.terraform import protocol
from mfa_association.terraform.answers.call import Answers, Call, Provider
from mfa_association.terraform.diagnostics import collect_diagnostics
from mfa_association.terraform.log import log_defect


class Unimplemented(NotImplementedError):
    """A call that this provider has no answer to."""


class Server:
    """One provider. Safe to share between threads: ConfigureProvider comes before all that needs it."""

    def __init__(self) -> None:
        self._provider = Provider()

    def call(self, method: str, data: bytes) -> bytes | list[bytes]:
        """Answer one call: with a message, or with those of a stream. Raises ``Unimplemented``."""
        answer = _answers(method).get(method)
        if answer is None:
            raise Unimplemented(method)
        kind = protocol.method(method)
        request, response = kind.request.FromString(data), kind.response()
        connection = self._provider.connection
        with collect_diagnostics(whole=connection is not None and connection.is_bridged) as diagnostics:
            call = Call(self._provider, request, response, diagnostics)
            try:
                answer(call)
            except MfaError as fault:
                diagnostics.error(str(fault), getattr(fault, "argument", ""))
            except Exception as fault:  # noqa: BLE001 (a defect: else the engine speaks of a broken plugin)
                log_defect(fault)
                diagnostics.error(_defect(method, fault))
        if kind.is_stream:
            # Diagnostics come first: an engine reads no further than to its limit.
            first = [kind.response(diagnostic=diagnostics.found)] if diagnostics.found else []
            return [event.SerializeToString() for event in (*first, *call.events)]
        if "diagnostics" in response.DESCRIPTOR.fields_by_name:
            response.diagnostics.extend(diagnostics.found)
        encoded: bytes = response.SerializeToString()
        return encoded


def _defect(method: str, fault: Exception) -> str:
    return (
        f"answering {method}: {type(fault).__name__}, which is a defect of mfa-association; the state was kept, "
        "please report it with the log that TF_LOG=ERROR shows"
    )


def _answers(method: str) -> Answers:
    """The group of answers that a call belongs to."""
    if method.startswith("Get") or method == "StopProvider":
        from mfa_association.terraform.answers.about import ANSWERS
    elif method.startswith("Validate") or method == "CallFunction":
        from mfa_association.terraform.answers.offline import ANSWERS
    else:
        from mfa_association.terraform.answers.online import ANSWERS
    return ANSWERS
