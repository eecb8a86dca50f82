"""The programs of engines, for tests that drive them."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import engines
import pytest
from kept import NoProgram


def program(name: str) -> Path:
    """An engine's program: found, else made. Without one the test is skipped, and the summary says so; never in CI."""
    wanted = engines.ENGINES[name]
    try:
        return wanted.ensure() / wanted.name
    except NoProgram as refusal:
        if os.environ.get("CI"):
            raise
        warnings.warn(f"not tested with {wanted.title}: {refusal}", stacklevel=2)
        pytest.skip(str(refusal))
