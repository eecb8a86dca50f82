"""A request as it came in, in either protocol: IAM and STS send forms, SSM and Secrets Manager JSON."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

GLOBAL_STS = "sts.amazonaws.com"


@dataclass(frozen=True)
class Incoming:
    """A request. Service, key and region come from the signature's credential scope; `form` holds what is text."""

    environ: WSGIEnvironment
    key: str
    service: str
    region: str
    target: str
    form: Mapping[str, str]
    id: str

    @property
    def action(self) -> str:
        """The action asked for."""
        return self.target.rpartition(".")[2] or self.form.get("Action", "")

    @property
    def is_global_sts(self) -> bool:
        """Whether it went to STS's global endpoint. Behind `endpoint_url` it looks like us-east-1, and cannot be told."""
        host = str(self.environ.get("HTTP_HOST", "")).partition(":")[0]
        return self.service == "sts" and (host == GLOBAL_STS or self.region == "aws-global")


def incoming(environ: WSGIEnvironment) -> Incoming:
    """Read a request, and leave its body to be read again."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0].split("/")
    key, region, service = (scope[0], scope[2], scope[3].lower()) if len(scope) == 5 else ("", "", "")
    target, kind = environ.get("HTTP_X_AMZ_TARGET", ""), environ.get("CONTENT_TYPE", "")
    return Incoming(environ, key, service, region, target, _parameters(kind, body), str(uuid.uuid4()))


def _parameters(kind: str, body: bytes) -> Mapping[str, str]:
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if not kind.startswith("application/x-amz-json"):
        return {}
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return {}
    return {key: value for key, value in given.items() if isinstance(value, str)} if isinstance(given, dict) else {}
