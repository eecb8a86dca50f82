"""What happens to an association: bind, find, move, renew, unbind. The one place that decides; knows no engine.

The rules are those of docs/contract.md. Everything that an engine tells the user comes from here: errors as
``MfaError``s of one sentence, warnings and notes through the ``Run``.
"""

from mfa_association.lifecycle.adopt import adopt
from mfa_association.lifecycle.bind import bind
from mfa_association.lifecycle.find import find
from mfa_association.lifecycle.guards import LastDeviceGuard
from mfa_association.lifecycle.ledger import Ledger
from mfa_association.lifecycle.machine import LockFiles
from mfa_association.lifecycle.model import Association, Declaration, Pair
from mfa_association.lifecycle.move import move
from mfa_association.lifecycle.renew import renew
from mfa_association.lifecycle.run import Clock, Limits, Run
from mfa_association.lifecycle.unbind import foresee, unbind

__all__ = [
    "Association",
    "Clock",
    "Declaration",
    "LastDeviceGuard",
    "Ledger",
    "Limits",
    "LockFiles",
    "Pair",
    "Run",
    "adopt",
    "bind",
    "find",
    "foresee",
    "move",
    "renew",
    "unbind",
]
