"""Who is in the account of every test with a real engine, in the sandbox's seed format."""

from __future__ import annotations

from typing import Any

from tests.support.stack import ACCOUNT, ADMIN

SEED: dict[str, Any] = {
    "accounts": {
        ACCOUNT: {
            "users": {
                "alice": {"password": True, "devices": [{"kind": "virtual", "name": "alice-phone", "held": False}]},
                "bob": {"devices": [{"kind": "hardware", "serial": "GAHT12345678", "held": True}]},
                "carol": {"devices": [{"kind": "fido", "name": "yubikey", "id": "EXAMPLE", "held": True}]},
                "dave": {"devices": [{"kind": "virtual", "name": "dave-phone", "held": True}]},
                "erin": {},
            }
        },
        "999988887777": {"users": {"alice": {}}},
    },
    "keys": {
        ADMIN: {"account": ACCOUNT, "role": "infra"},
        "ASIASANDBOXOTHER0000": {"account": "999988887777", "role": "infra"},
        "ASIASANDBOXEXPIRED00": {"account": ACCOUNT, "role": "infra", "expired": True},
        "ASIASANDBOXDENIED000": {"account": ACCOUNT, "role": "infra", "deny": ["iam:DeactivateMFADevice"]},
        "AKIASANDBOXDAVE00000": {"account": ACCOUNT, "user": "dave"},
    },
}
