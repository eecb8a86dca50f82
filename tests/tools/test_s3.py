"""The bucket that stands for Pulumi's backend."""

from __future__ import annotations

import pytest
from s3 import bucket


@pytest.mark.long
def test_each_server_begins_with_an_empty_bucket() -> None:
    for _ in range(2):
        with bucket() as made:
            assert made.keys("") == []
            made.client.put_object(Bucket="state", Key="left", Body=b"over")
