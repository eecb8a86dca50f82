"""`make test-live`: the table against the account of the usual AWS environment, swept before and after."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

import botocore

from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Clock

from .page import PAGE, Ran, differs, render
from .place import NotOurs, Place, allow, sweep
from .situations import SITUATIONS, Answer, answered


def main(page: Path = PAGE, clock: Clock | None = None) -> int:
    """Run everything and write the page. 0: as expected, 3: AWS differs, 1: not run."""
    try:
        place = Place(Session(Settings()), clock or Clock())
        allow(os.environ, lambda: place.account_id)
        answers = _answers(place)
    except (MfaError, NotOurs) as error:
        print(f"running the conformance table: {error}", file=sys.stderr)
        return 1
    partition, today = place.session.caller.arn.split(":")[1], datetime.now(timezone.utc).date().isoformat()
    page.write_text(render(Ran(today, partition, botocore.__version__, answers)))
    wrong = [one.what for one in SITUATIONS if differs(one, answers[one.what])]
    print(f"{len(answers) - len(wrong)} passed, {len(wrong)} failed")
    return 3 if wrong else 0


def _answers(place: Place) -> dict[str, Answer]:
    """Every situation's answer, whatever it is; nothing is left behind."""
    print(f"removed {sweep(place)} left over", flush=True)
    answers: dict[str, Answer] = {}
    try:
        for one in SITUATIONS:
            answers[one.what] = answered(one, place)
            print(f"{'differs' if differs(one, answers[one.what]) else 'ok':8}{one.what}", flush=True)
    finally:
        print(f"removed {sweep(place)} again", flush=True)
    return answers


if __name__ == "__main__":
    sys.exit(main())
