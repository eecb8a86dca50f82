"""How many examples Hypothesis draws: all, or a fifth where the environment says so, as `make unit` does."""

from __future__ import annotations

import os


def examples(number: int) -> int:
    """Of so many that `make test` draws."""
    return number // 5 if os.environ.get("MFA_ASSOCIATION_EXAMPLES") == "few" else number
