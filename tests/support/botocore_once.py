"""What is the same for every session and every client of botocore, worked out once in a process.

Tests have sessions and clients of their own, and making them was a third of the time of most tests. What a session may
change stays its own: its handlers, its configuration, its credentials.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client
import botocore.handlers
import botocore.hooks
import botocore.loaders
import botocore.regions
import botocore.session
import pytest


@contextmanager
def worked_out_once() -> Iterator[None]:
    """Let every session of this process share them meanwhile."""
    creator: Any = botocore.client.ClientCreator
    regions: Any = botocore.regions
    names: dict[str, str] = {}
    shared_names = property(lambda emitter: names, lambda emitter, given: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.lru_cache(botocore.loaders.create_loader))
        patch.setattr(botocore.hooks, "accepts_kwargs", _looked_at_once(botocore.hooks.accepts_kwargs))
        patch.setattr(botocore.hooks.EventAliaser, "_alias_name_cache", shared_names, raising=False)
        patch.setattr(creator, "_load_service_model", _made_once(creator._load_service_model))
        patch.setattr(creator, "_create_client_class", _made_once(creator._create_client_class))
        patch.setattr(regions, "EndpointProvider", _read_once(regions.EndpointProvider))
        _leave_other_services_out(patch)
        yield


def _looked_at_once(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Remembers what was seen in a function, also for the methods that are made of it; partials come and go."""
    remembered = functools.cache(look)

    def looked_at(handler: Any) -> Any:
        function = getattr(handler, "__func__", handler)
        return remembered(function) if isinstance(function, types.FunctionType) else look(handler)

    return looked_at


def _made_once(make: Callable[..., Any]) -> Callable[..., Any]:
    """Makes it for the first client of a service; the others have the same arguments."""
    made: dict[tuple[Any, ...], Any] = {}

    def once(creator: Any, *about: Any, **more: Any) -> Any:
        key = (*about, *sorted(more.items()))
        if key not in made:
            made[key] = make(creator, *about, **more)
        return made[key]

    return once


def _read_once(read: Callable[..., Any]) -> Callable[..., Any]:
    """Reads the same objects once; they are kept, so that no other one has the number of a dead one."""
    known: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def once(**about: Any) -> Any:
        key = tuple((name, id(value)) for name, value in sorted(about.items()))
        if key not in known:
            known[key] = (read(**about), about)
        return known[key][0]

    return once


OURS = frozenset({"iam", "sts", "ssm", "secretsmanager"})
"""The services that almost all clients are for."""


def _leave_other_services_out(patch: pytest.MonkeyPatch) -> None:
    """Nine in ten of the handlers that a session registers and each client copies wait for other services."""
    session: Any = botocore.session.Session
    register, create = session._register_builtin_handlers, session.create_client

    def register_some(some: Any, events: Any, *, others: bool = False) -> None:
        handlers = botocore.handlers.BUILTIN_HANDLERS
        with pytest.MonkeyPatch.context() as limited:
            chosen = [handler for handler in handlers if _is_for_others(handler[0]) is others]
            limited.setattr(botocore.handlers, "BUILTIN_HANDLERS", chosen)
            register(some, events)

    def create_client(some: Any, service_name: str, *about: Any, **more: Any) -> Any:
        if service_name not in OURS and not vars(some).get("_has_all_handlers"):
            some._has_all_handlers = True
            register_some(some, some._events, others=True)
        return create(some, service_name, *about, **more)

    patch.setattr(session, "_register_builtin_handlers", register_some)
    patch.setattr(session, "create_client", create_client)


@functools.cache
def _is_for_others(event: str) -> bool:
    """Of ``before-call.s3.PutObject``: yes. Of ``before-call`` and ``after-call.iam``: no."""
    return "." in event and OURS.isdisjoint(event.split("."))
