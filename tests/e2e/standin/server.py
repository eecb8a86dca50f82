"""A stand-in for pulumi-resource-aws: the plugin protocol around the two types of `kinds`."""

from __future__ import annotations

import functools
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import grpc  # type: ignore[import-untyped]
from botocore.config import Config
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.e2e.standin.kinds import KINDS, Failed, Props, User, VirtualMfaDevice
from tests.support.stack import ADMIN

VERSION = "7.51.1"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the protocol spells a value that is not known yet."""
ONE_ATTEMPT = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}, proxies={})


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """A stand-in for the AWS provider. Anything but what is here is UNIMPLEMENTED."""

    iam: Any = None

    def Handshake(self, request: Any, context: Any) -> Any:
        """Secrets stay wrapped: values are only passed on."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """The version of pulumi_aws that this was written against."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Any configuration will do."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """A change of configuration is an update of the provider."""
        return _difference([] if request.old_inputs == request.news else ["endpoints"], [])

    def Configure(self, request: Any, context: Any) -> Any:
        """One IAM client at the configured endpoint, with the sandbox's key; without one this may speak to nothing."""
        settings = props(request.args)
        endpoints = [one["iam"] for one in json.loads(settings.get("endpoints", "[]")) if "iam" in one]
        if not endpoints:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "this stand-in needs aws:endpoints with iam")
        region = settings.get("region", "us-east-1")
        session = boto3.Session(ADMIN, "secret", region_name=region)
        self.iam = session.client("iam", endpoint_url=endpoints[0], config=ONE_ATTEMPT)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Defaults as the real one has them; names must be given."""
        kind, inputs = _kind(request, context), props(request.news)
        failures = []
        if kind.required not in inputs:
            failures = [provider_pb2.CheckFailure(property=kind.required, reason="the stand-in makes up no names")]
        return provider_pb2.CheckResponse(inputs=struct({**kind.defaults, **inputs}), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        """Inputs against inputs."""
        old, new = props(request.old_inputs), props(request.news)
        changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        return _difference(changed, [key for key in changed if key in _kind(request, context).replacing])

    def Create(self, request: Any, context: Any) -> Any:
        """Create; in a preview all that AWS computes is unknown."""
        kind, inputs = _kind(request, context), props(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=struct({**inputs, **dict.fromkeys(kind.computed, UNKNOWN)}))
        try:
            id_, outputs = kind.create(self.iam, inputs)
        except Failed as failure:
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        return provider_pb2.CreateResponse(id=id_, properties=struct(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        """What AWS says; an empty id means gone."""
        outputs = _kind(request, context).read(self.iam, request.id, props(request.properties))
        if outputs is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=request.id, properties=struct(outputs), inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Any:
        """Delete, or AWS's refusal."""
        try:
            _kind(request, context).delete(self.iam, request.id, props(request.properties))
        except Failed as failure:
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        return empty_pb2.Empty()


def struct(values: Props) -> Any:
    """Values as the protocol carries them."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def props(message: Any) -> Props:
    """The values of a message; a secret stays the wrapped object that it is."""
    values: Props = json_format.MessageToDict(message)
    return values


def _kind(request: Any, context: Any) -> User | VirtualMfaDevice:
    kind = KINDS.get(request.type)
    if kind is None:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"this stand-in for pulumi-resource-aws has no {request.type}")
    return kind  # type: ignore[return-value]  # abort raises


def _difference(changed: list[str], replaces: list[str]) -> Any:
    some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(changes=some, diffs=changed, replaces=replaces)


def port() -> int:
    """Where it is served, in this process: a process of its own would take half of a second to start, in each run."""
    return _served()[1]


@functools.cache
def _served() -> tuple[Any, int]:
    """The server, which would end if nobody kept it, and its port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(), server)
    found = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, found
