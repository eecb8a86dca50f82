"""The lower floor: a script that makes the calls one after the other with boto3, and keeps no record of them.

`python -m benchmarks.bare URL VERB` reads "user serial" lines; a process of its own, since `pulumi` is one too.
"""

from __future__ import annotations

import sys
from typing import Any

VERBS = ("list", "deactivate")


def main(url: str, verb: str) -> None:
    """Make one call for each line of the input."""
    lines = [line.split() for line in sys.stdin]
    iam = _client(url)
    for user, serial in lines:
        if verb == "list":
            iam.list_mfa_devices(UserName=user)
        else:
            iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)


def _client(url: str) -> Any:
    import boto3

    return boto3.client("iam", region_name="us-east-1", endpoint_url=url)


if __name__ == "__main__":
    main(*sys.argv[1:])
