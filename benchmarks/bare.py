"""The lower floor: a script that makes the calls with boto3, and keeps no record of them.

`python -m benchmarks.bare URL VERB [THREADS]` (one unless told) reads "user serial" lines; a process of its own, since `pulumi` is one too.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

VERBS = ("list", "deactivate")


def main(url: str, verb: str, threads: str = "1") -> None:
    """Make one call for each line of the input, so many at once."""
    lines = [line.split() for line in sys.stdin]
    iam = _client(url, int(threads))

    def call(line: list[str]) -> None:
        user, serial = line
        if verb == "list":
            iam.list_mfa_devices(UserName=user)
        else:
            iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)

    if threads == "1":
        for line in lines:
            call(line)
    else:
        with ThreadPoolExecutor(int(threads)) as pool:
            list(pool.map(call, lines))


def _client(url: str, threads: int) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(max_pool_connections=max(threads, 10))
    return boto3.client("iam", region_name="us-east-1", endpoint_url=url, config=config)


if __name__ == "__main__":
    main(*sys.argv[1:])
