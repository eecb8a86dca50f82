"""Faults through the real CLI: kills, lost answers, interrupts, throttling, lag, races and chance."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{module}" for module in ("interrupts", "kills", "lost", "processes", "rerun", "scene", "story"))
)
