"""The root of every error that a user reads: one sentence, no traceback."""


class MfaError(Exception):
    """One sentence for the user: what was being done to which thing, why it failed, what to do."""
