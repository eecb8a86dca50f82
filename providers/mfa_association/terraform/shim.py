"""What engines find under the provider's name: a script of the same bytes on every machine.

A lock file records the hash of what `init` found. A console script names the Python of its machine, so each machine
would have another hash; this one looks for the console script when it is started.
"""

from __future__ import annotations

from collections.abc import Sequence

PROVIDER = "terraform-provider-mfa"
PROVIDER_PATH_ENV = "MFA_ASSOCIATION_PROVIDER"
"""Environment variable: the provider's console script, where it is not on PATH."""

# Engines show the first line of stdout, and nothing of stderr.
_SHIM = """#!/bin/sh
# Starts the provider of mfa-association {version}, wherever this machine has it. The same bytes on every machine.
provider=${{{instead}:-{provider}}}
if command -v "$provider" >/dev/null 2>&1; then
    exec "$provider" --release {version}
fi
echo "mfa-association: starting the provider: $provider is not on PATH;" \\
    "activate its virtualenv or set {instead} to its path, \\`mfa-association terraform doctor\\` tells more"
exit 1
"""


def shim(version: str) -> bytes:
    """The script of this version."""
    return _SHIM.format(version=version, provider=PROVIDER, instead=PROVIDER_PATH_ENV).encode()


def answer(arguments: Sequence[str], version: str) -> str | None:
    """What to print instead of serving: the version, where ``--version`` asks, or why the release cannot be served.

    ``--release`` says which one the engine has locked; another would serve under a version and a hash not its own.
    """
    if "--version" in arguments:
        return f"mfa-association {version}"
    if len(arguments) == 2 and arguments[0] == "--release" and arguments[1] != version:
        return (
            f"mfa-association: starting the provider: {arguments[1]} is locked and {version} is installed; "
            f"install mfa-association=={arguments[1]}, or run `mfa-association terraform install` and `init -upgrade`"
        )
    return None
