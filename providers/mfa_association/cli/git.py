"""How git is asked: no pager, no monitor of files that a repository configures, no objects in place of others."""

from __future__ import annotations

from typing import Final

GIT: Final = ("git", "--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false")
