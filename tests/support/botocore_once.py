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
import botocore.hooks
import botocore.loaders
import botocore.session
import pytest


@contextmanager
def worked_out_once() -> Iterator[None]:
    """Let every session of this process share them meanwhile."""
    creator: Any = botocore.client.ClientCreator
    names: dict[str, str] = {}
    shared_names = property(lambda emitter: names, lambda emitter, given: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.lru_cache(botocore.loaders.create_loader))
        patch.setattr(botocore.hooks, "accepts_kwargs", _looked_at_once(botocore.hooks.accepts_kwargs))
        patch.setattr(botocore.hooks.EventAliaser, "_alias_name_cache", shared_names, raising=False)
        patch.setattr(creator, "_load_service_model", _made_once(creator._load_service_model))
        patch.setattr(creator, "_create_client_class", _made_once(creator._create_client_class))
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
