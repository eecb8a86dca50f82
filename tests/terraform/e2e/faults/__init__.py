"""The faults of tests/e2e/faults on a Terraform engine: the same faults, the same ends as docs/reliability.md tells."""

import pytest

pytest.register_assert_rewrite(
    f"{__name__}.changing",
    *(f"tests.e2e.faults.{module}" for module in ("interrupts", "kills", "lost", "processes", "rerun", "scene")),
)
