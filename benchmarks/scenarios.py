"""What is run: how many associations, by whom, under which conditions; pure."""

from __future__ import annotations

from dataclasses import dataclass

FLOOR, OURS, BARE = "no-op provider", "mfa_association", "bare boto3"
AWS_CLI, LOCAL_EXEC = "aws CLI in a loop", "terraform_data, local-exec"
UP, PREVIEW, REFRESH, REMOVE, DESTROY = "up (adopting)", "preview, no change", "refresh", "up, one line less", "destroy"
STEPS = (UP, PREVIEW, REFRESH, REMOVE, DESTROY)


@dataclass(frozen=True)
class Scenario:
    """``bucket``: whether the state is in S3. ``limit``: calls a second of each AWS action, after a burst of as many. ``rounds``: how often it is measured."""

    n: int
    contenders: tuple[str, ...] = (FLOOR, OURS)
    rounds: int = 1
    checkpoints: bool = True
    limit: int | None = None
    bucket: bool = False

    @property
    def title(self) -> str:
        """What tells it from the other scenarios of a run."""
        without = "" if self.checkpoints else ", without checkpoints"
        where = ", state in S3" if self.bucket else ""
        return f"{self.n:,}{without}{where}" + (f", {self.limit} calls a second" if self.limit else "")


ALL = (FLOOR, OURS, BARE, AWS_CLI, LOCAL_EXEC)
BESIDE = {"nothing": (OURS,), "floor": (FLOOR, OURS), "boto": (FLOOR, OURS, BARE), "all": ALL}
# About 20 minutes on two quiet cores.
WHOLE_PAGE = (
    Scenario(100, ALL),
    Scenario(100, (OURS, BARE), limit=20),
    Scenario(300),
    Scenario(300, bucket=True),
    Scenario(1000),
    Scenario(5000, (OURS,), checkpoints=False),
)
