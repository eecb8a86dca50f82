"""What stands in for the engine: mocks that record a program, and a log service that records what is said."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi
import pulumi.runtime
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc
from pulumi.runtime.settings import set_root_resource

SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""The signature that Pulumi puts on a secret value on the wire."""


class Recorder(pulumi.runtime.Mocks):
    """Takes every resource and answers with its inputs."""

    def __init__(self) -> None:
        self.resources: list[pulumi.runtime.MockResourceArgs] = []

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        raise AssertionError(f"{args.token} was called")

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.resources.append(args)
        return args.name, args.inputs


def declared_by(program: Callable[[], object]) -> list[pulumi.runtime.MockResourceArgs]:
    """The resources that a program declares; it is a program of its own, whatever was declared before."""
    recorder = Recorder()
    set_root_resource(None)  # type: ignore[arg-type]  # else the mocks keep the first one of the process
    pulumi.runtime.set_mocks(recorder, preview=False)

    def main() -> None:
        program()

    pulumi.runtime.test(main)()  # type: ignore[no-untyped-call]
    return recorder.resources


def plugin_module() -> ModuleType:
    """What the SDK's plugin is while it runs (``python -m pulumi.dynamic``), as far as our errors pass through it."""
    plugin = ModuleType("__main__")
    plugin.__spec__ = find_spec("pulumi.dynamic.__main__")
    vars(plugin)["traceback"] = traceback
    return plugin


class Log(engine_pb2_grpc.EngineServicer):
    """The engine's log service."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def Log(self, request: Any, context: Any) -> Any:
        self.said.append((engine_pb2.LogSeverity.Name(request.severity), request.message))
        return empty_pb2.Empty()


@contextmanager
def log_service() -> Iterator[tuple[str, Log]]:
    """A log service and its address."""
    log = Log()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    engine_pb2_grpc.add_EngineServicer_to_server(log, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", log
    finally:
        server.stop(0)
