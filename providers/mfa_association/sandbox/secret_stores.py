"""Parameters and secrets of the seed file, kept in moto's Systems Manager and Secrets Manager.

moto's are loaded where a seed has any: Systems Manager takes all machines of EC2 with it, which is a second.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .accounts import Account


def keep(account: Account, parameters: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Keep parameters (SecureString) and secrets; one that is there gets its new value."""
    if parameters:
        from moto.ssm.models import ssm_backends
    if secrets:
        from moto.secretsmanager.models import secretsmanager_backends
    for name, value in parameters.items():
        ssm: Any = ssm_backends[account.number][account.region]
        ssm.put_parameter(name, "", value, "SecureString", "", "alias/aws/ssm", True, [], "text", "Standard", None)
    for name, value in secrets.items():
        manager: Any = secretsmanager_backends[account.number][account.region]
        if name in manager.secrets:
            manager.update_secret(name, secret_string=value, client_request_token=str(uuid.uuid4()))
        else:
            manager.create_secret(name, value, None, None, None, None, None, [], False)
