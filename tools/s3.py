"""A bucket of moto's S3 on this machine, as Pulumi's backend in tests and measurements.

As a command it prints ``bucket ready at URL`` and serves until it is interrupted.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import boto3
from botocore.config import Config
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.s3.models import s3_backends

NAME = "state"


@dataclass(frozen=True)
class Bucket:
    """An empty bucket; ``url`` is for ``PULUMI_BACKEND_URL``."""

    host: str
    client: Any

    @property
    def url(self) -> str:
        """As Pulumi wants it for an S3 that is not AWS's."""
        return f"s3://{NAME}?endpoint={self.host}&disableSSL=true&s3ForcePathStyle=true&region=us-east-1"

    def keys(self, prefix: str) -> list[str]:
        """The objects under a prefix."""
        found = self.client.list_objects_v2(Bucket=NAME, Prefix=prefix).get("Contents", [])
        return [one["Key"] for one in found]

    def read(self, key: str) -> str:
        """The text of an object."""
        return str(self.client.get_object(Bucket=NAME, Key=key)["Body"].read().decode())


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Serve a bucket on a free port, from a thread of this process. Any access key is taken."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield _new(":".join(str(part) for part in server.get_host_and_port()))
    finally:
        server.stop()


def _new(host: str) -> Bucket:
    # moto keeps its buckets once per process: those of an earlier server are still there.
    s3_backends.clear()
    s3_backends.bucket_accounts.clear()  # their names are taken all the same
    session = boto3.session.Session("any", "any", region_name="us-east-1")
    client = session.client("s3", endpoint_url=f"http://{host}", config=Config(proxies={}))
    client.create_bucket(Bucket=NAME)
    return Bucket(host, client)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with bucket() as made:
        print(f"bucket ready at {made.url}", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
