"""Where the two codes of an enable or resync come from: given once, or a seed that gives as many as needed."""

from __future__ import annotations

from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.model import Declaration
from mfa_association.totp import STEP, Seed, step_at


class Codes:
    """The codes of one declaration: given ones are used as they are, a seed's by AWS's own clock."""

    def __init__(self, context: AccountContext, wanted: Declaration) -> None:
        self._context, self._wanted = context, wanted
        self._seed: Seed | None = None
        self._least = self._last = 0

    def prove(self) -> None:
        """Find out that there are codes: read the seed and compute a pair, which is not used. Raises ``MfaError``."""
        if not self._wanted.codes:
            self._seed = self._seed or self._read()
            self._seed.pair(step_at(self._context.iam.now()))

    def pair(self) -> tuple[str, str]:
        """Two consecutive codes, the older first; waits for the next unused ones after ``refused``."""
        if self._wanted.codes:
            return self._wanted.codes
        seed = self._seed = self._seed or self._read()
        self._wait()
        self._last = max(step_at(self._context.iam.now()), self._least)
        return seed.pair(self._last)

    def refused(self) -> bool:
        """IAM refused the pair, perhaps as used before: whether there is another to try. Only a seed has one."""
        if self._wanted.codes or self._least:
            return False
        self._least = self._last + 2
        return True

    def _wait(self) -> None:
        seconds = self._least * STEP - self._context.iam.now().timestamp()
        if self._least and seconds > 0:
            name = self._wanted.serial_number
            self._context.note(
                f"IAM refused the codes of {name}, perhaps because they were used before: waiting {seconds:.0f} s for "
                "the next ones"
            )
            self._context.clock.sleep(seconds)

    def _read(self) -> Seed:
        if self._wanted.seed_source:
            return self._context.iam.read_seed(self._wanted.seed_source)
        if self._wanted.seed is None:
            raise ValueError("a declaration without codes or a seed has no codes")
        return self._wanted.seed
