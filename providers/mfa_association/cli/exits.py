"""What the exit codes of the ``mfa-association`` command mean."""

OK = 0
BROKEN = 1
"""Refused, broken input, or not to be told."""
FOUND = 3
"""The question could be answered and the answer is not a good one: drift, or a gate that closes."""
INTERRUPTED = 130
