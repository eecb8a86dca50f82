"""The front: a WSGI application that answers for MFA itself and leaves the rest to moto's server."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from botocore.model import StructureShape

from . import details, directory, groups, listing, managed, profile, root, rules, simulation, sts, tags, users, wire
from .access import authorize
from .callers import Caller
from .control import Control
from .errors import Dropped, Refused
from .faults import InjectedFaults, happen
from .incoming import Incoming, incoming
from .journal import Call, Journal
from .request import Action, Request
from .trust import check_trust
from .validation import check
from .world import SandboxState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OWN: Mapping[str, Mapping[str, Action]] = {
    "iam": {
        **rules.ACTIONS,
        **listing.ACTIONS,
        **directory.ACTIONS,
        **groups.ACTIONS,
        **details.ACTIONS,
        **tags.ACTIONS,
        **root.ACTIONS,
        **managed.ACTIONS,
        **profile.ACTIONS,
        **simulation.ACTIONS,
    },
    "sts": {**sts.ACTIONS, **root.STS_ACTIONS},
}

ONE_REGION = {*wire.NAMESPACES, "ssm", "secretsmanager"}
"""Services whose region the sandbox does not tell apart: everything is in the account's own."""
MOTO_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What moto stumbles over when a request is not what it expects."""


@dataclass(frozen=True)
class Reply:
    """An answer to be sent."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    error: str | None = None


class Application:
    """The whole sandbox as a WSGI application."""

    def __init__(self) -> None:
        self.world, self.faults, self.journal = SandboxState(), InjectedFaults(), Journal()
        self.control = Control(self.world, self.faults, self.journal)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_sandbox/"):
            status, body = self.control.serve(environ)
            reply = Reply(status, body, {"Content-Type": "application/json"})
        else:
            reply = self.answer(incoming(environ))
        kept = {key: value for key, value in reply.headers.items() if key.lower() not in ("date", "content-length")}
        fresh = {"Date": formatdate(self.world.now(), usegmt=True), "Content-Length": str(len(reply.body))}
        start_response(f"{reply.status} -", list({**kept, **fresh}.items()))
        return [reply.body]

    def answer(self, request: Incoming) -> Reply:
        """Count the call, answer it, and log what came of it."""
        self.journal.arrived(request.action)
        outcome: str | None = Dropped.__name__
        caller: Caller | None = None
        try:
            with self.world.lock:
                caller = self.world.caller(request.key)
            reply = self._troubled(request, caller)
            outcome = reply.error
        except Refused as refused:
            reply = _refusal(request, refused)
            outcome = reply.error
        finally:
            self._log(request, caller, outcome)
        return reply

    def _log(self, request: Incoming, caller: Caller | None, outcome: str | None) -> None:
        account, arn = (caller.account.number, caller.arn) if caller else (None, None)
        user, serial = request.form.get("UserName"), request.form.get("SerialNumber")
        agent = request.environ.get("HTTP_USER_AGENT", "")
        self.journal.answered(Call(request.action, account, user, serial, arn, agent, outcome))

    def _troubled(self, request: Incoming, caller: Caller) -> Reply:
        """The call between the faults that were set up for it."""
        self.faults.admit(request.action)
        hits = self.faults.hits(request.action, request.form.get("UserName"))
        happen(hits, "before")
        with self.world.lock:
            authorize(self.world, request, caller)
            self._bring_in(request, caller)
            reply = self._effect(request, caller)
            if not users.is_read(request.action):
                self.world.wrote()
        happen(hits, "after")
        return reply

    def _bring_in(self, request: Incoming, caller: Caller) -> None:
        for name in ("PolicyArn", "PermissionsBoundary"):
            if name in request.form:
                managed.ensure_managed_policy(caller.account, request.form[name])

    def _effect(self, request: Incoming, caller: Caller) -> Reply:
        of_root = request.service == "iam" and caller.is_root and "UserName" not in request.form
        own = {**OWN.get(request.service, {}), **(users.ROOT_ACTIONS if of_root else {})}
        action = own.get(request.action)
        if not action:
            return self._pass_on(request, caller)
        if request.action == "AssumeRoot" and request.is_global_sts:
            raise Refused("InvalidAction", root.NO_ACTION)
        shape = wire.operation(request.service, request.action).input_shape
        params: dict[str, Any] = (wire.parse(shape, request.form) or {}) if shape else {}
        if isinstance(shape, StructureShape):
            check(shape, params)
        result = action(Request(self.world, caller, params))
        body = wire.answer(request.service, request.action, result, request.id)
        return Reply(200, body.encode(), _headers(request))

    def _pass_on(self, request: Incoming, caller: Caller) -> Reply:
        """moto's answer, in the caller's account and partition."""
        from werkzeug.test import run_wsgi_app

        form = dict(request.form)
        if request.service == "iam":
            form = users.corrected(self.world, caller, request.action, form)
        signed_in = sts.check_code(Request(self.world, caller, form)) if request.action == "AssumeRole" else None
        if request.action == "AssumeRole":
            check_trust(self.world, request, caller, signed_in)
        try:
            parts, status, headers = run_wsgi_app(self._moto, _for_moto(request, caller, form), buffered=True)
        except NotImplementedError:
            raise Refused("InvalidAction", f"The sandbox does not know the action {request.action}.") from None
        except MOTO_FAULTS as error:
            raise Refused("InternalFailure", f"moto failed: {error!r}") from error
        body = b"".join(parts)
        code = _error_code(status, body)
        if signed_in and code is None:
            caller.account.put(signed_in)
        return Reply(_status(request, status), body, dict(headers), code)

    @cached_property
    def _moto(self) -> WSGIApplication:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        return DomainDispatcherApplication(create_backend_app)


def _for_moto(request: Incoming, caller: Caller, form: Mapping[str, str]) -> WSGIEnvironment:
    """moto finds the partition by the region: in the user agent first, then in the credential scope."""
    account, body = caller.account, urlencode(form).encode()
    environ = {**request.environ, "HTTP_X_MOTO_ACCOUNT_ID": account.number}
    if request.service in ONE_REGION:
        scope = f"{request.key}/20260101/{account.region}/{request.service}/aws4_request"
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        environ["HTTP_USER_AGENT"] = ""
    if request.service in wire.NAMESPACES:
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    return environ


def _status(request: Incoming, status: str) -> int:
    """Services that speak JSON refuse with 400 whatever it is (API references); moto has others."""
    number = int(status.split()[0])
    return 400 if request.target and 400 <= number < 500 else number


def _error_code(status: str, body: bytes) -> str | None:
    """The code in moto's answer, or its status where it gives none; None for a success."""
    found = re.search(rb"<Code>(.*?)</Code>", body) or re.search(rb'"__type": ?"(?:[^"]*#)?([^"]*)"', body)
    return None if status.startswith("2") else found[1].decode() if found else status


def _headers(request: Incoming) -> Mapping[str, str]:
    kind = "application/x-amz-json-1.1" if request.target else "text/xml"
    return {"Content-Type": kind, "x-amzn-RequestId": request.id}


def _refusal(request: Incoming, refused: Refused) -> Reply:
    if request.target:
        code, status, document = wire.json_refusal(refused)
        return Reply(status, document, _headers(request), code)
    body = wire.refusal(request.service, refused, request.id)
    return Reply(refused.status, body.encode(), _headers(request), refused.code)
