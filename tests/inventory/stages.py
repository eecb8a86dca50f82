"""What enrolment and revocation are tried on: a stage of tests/lifecycle, and a user at a desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mfa_association.aws.credentials import Credentials, NewDevice
from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.inventory.enroll import Abandoned
from tests.support.stage import Stage

WRONG = ("000000", "000001")


def verbs(stage: Stage) -> Credentials:
    """The verbs of credentials, as the stage's administrator."""
    endpoints = (("iam", stage.box.url), ("sts", stage.box.url))
    return Credentials(Session(Settings("us-east-1", None, stage.key, "secret", "token", endpoints, read_attempts=1)))


@dataclass
class FakeDesk:
    """Gives what ``answers`` give, in turn: a pair of codes, or something that is done instead."""

    answers: list[tuple[str, str] | Callable[[], tuple[str, str]]]
    shown: list[NewDevice] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    over_with: list[str] = field(default_factory=list)

    def show(self, device: NewDevice) -> None:
        self.shown.append(device)

    def codes(self, refused: bool) -> tuple[str, str]:
        self.asked.append(refused)
        if not self.answers:
            raise Abandoned
        answer = self.answers.pop(0)
        return answer() if callable(answer) else answer

    def tell(self, text: str) -> None:
        self.said.append(text)

    def over(self, text: str) -> None:
        self.over_with.append(text)
