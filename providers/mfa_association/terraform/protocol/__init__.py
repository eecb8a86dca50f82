"""Terraform's plugin protocol 6 as message classes, made at run time from the descriptor that this package ships.

Generated code would demand a protobuf at least as new as the one that generated it, and Pulumi, which may be installed
beside it, an older one. ``tfplugin6.proto`` is HashiCorp's (MPL-2.0), unchanged; tools/terraform_protocol.py makes
``tfplugin6.binpb`` of it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_DESCRIPTOR = Path(__file__).parent / "tfplugin6.binpb"


@dataclass(frozen=True)
class Method:
    """The classes of one call's messages; ``is_stream``: it is answered by any number of them."""

    request: Any
    response: Any
    is_stream: bool


@functools.cache
def message(name: str) -> Any:
    """The class of a message, such as ``Schema.Attribute``."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"tfplugin6.{name}"))


@functools.cache
def method(name: str) -> Method:
    """A method of the service, such as ``ReadResource``. Raises ``KeyError``."""
    found = service().methods_by_name[name]
    told = descriptor_pb2.MethodDescriptorProto()
    found.CopyToProto(told)
    request, response = map(message_factory.GetMessageClass, (found.input_type, found.output_type))
    return Method(request, response, told.server_streaming)


def service() -> Any:
    """The descriptor of the service, with all its methods."""
    return _POOL.FindServiceByName("tfplugin6.Provider")


def _read() -> Any:
    """A pool of its own, so that another copy of the protocol in the same process is no conflict."""
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(_DESCRIPTOR.read_bytes()).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


# Once, under the lock of the import: classes of two pools would not fit together.
_POOL = _read()
