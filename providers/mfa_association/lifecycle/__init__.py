"""What happens to an association: create, read, move, renew, delete.

All decisions are made here, and none knows an engine.

The rules are those of docs/contract.md. Everything that an engine tells the user comes from here: errors as
``MfaError``s of one sentence, warnings and notes through the ``AccountContext``.
"""

from mfa_association.aws.retry import Clock
from mfa_association.lifecycle.context import AccountContext, Limits
from mfa_association.lifecycle.create import create
from mfa_association.lifecycle.delete import check_delete, delete
from mfa_association.lifecycle.guards import LastDeviceGuard
from mfa_association.lifecycle.import_existing import import_existing
from mfa_association.lifecycle.ledger import Ledger
from mfa_association.lifecycle.locks import LockFiles
from mfa_association.lifecycle.model import Association, Declaration, Pair
from mfa_association.lifecycle.move import move
from mfa_association.lifecycle.read import read
from mfa_association.lifecycle.renew import renew

__all__ = [
    "AccountContext",
    "Association",
    "Clock",
    "Declaration",
    "LastDeviceGuard",
    "Ledger",
    "Limits",
    "LockFiles",
    "Pair",
    "check_delete",
    "create",
    "delete",
    "import_existing",
    "move",
    "read",
    "renew",
]
