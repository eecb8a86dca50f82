"""Where Pulumi keeps state in these tests: a folder, or a bucket of moto's S3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3 import bucket

from tests.support.stack import TYPE


@dataclass(frozen=True)
class Backend:
    """``read`` returns the text at a path, ``keys`` the paths under one."""

    url: str
    read: Callable[[str], str]
    keys: Callable[[str], list[str]]

    def resources(self, project: str, stack: str) -> list[dict[str, Any]]:
        """The engine's records of a stack, all of them."""
        state = json.loads(self.read(f".pulumi/stacks/{project}/{stack}.json"))
        return state["checkpoint"]["latest"].get("resources") or []

    def outputs(self, project: str, stack: str) -> dict[str, dict[str, Any]]:
        """The outputs of a stack's associations by name."""
        records = [record for record in self.resources(project, stack) if record["type"] == TYPE]
        return {record["urn"].rpartition("::")[2]: record["outputs"] for record in records}

    def locks(self) -> list[str]:
        """The runs that the backend believes to be under way."""
        return [key for key in self.keys(".pulumi/locks/") if key.endswith(".json")]


@contextmanager
def in_folder(folder: Path) -> Iterator[Backend]:
    """State in files."""
    folder.mkdir()

    def keys(prefix: str) -> list[str]:
        found = (path for path in (folder / prefix).rglob("*") if path.is_file())
        return [path.relative_to(folder).as_posix() for path in found]

    yield Backend(folder.as_uri(), lambda path: (folder / path).read_text(), keys)


@contextmanager
def in_bucket(_folder: Path) -> Iterator[Backend]:
    """State in a bucket of S3."""
    with bucket() as made:
        yield Backend(made.url, made.read, made.keys)
