"""An S3 server in this process, for tests of storages."""
import logging
from collections.abc import Iterator
from typing import Any

import pytest

KEY, SECRET = "reader", "a secret/with+signs"


class BucketServer:
    """`client` is boto3's; `address` like http://127.0.0.1:12345."""

    def __init__(self) -> None:
        import boto3
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.host, self.address = f"{host}:{port}", f"http://{host}:{port}"
        self.client: Any = boto3.client("s3", endpoint_url=self.address, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                                        region_name="us-east-1")

    def make(self, name: str, files: dict[str, bytes] | None = None) -> str:
        """A bucket with these files."""
        self.client.create_bucket(Bucket=name)
        for key, content in (files or {}).items():
            self.client.put_object(Bucket=name, Key=key, Body=content)
        return name

    def keys(self, name: str) -> set[str]:
        """What is in it."""
        return {one["Key"] for one in self.client.list_objects_v2(Bucket=name).get("Contents", [])}

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[BucketServer]:
    """Started once a module."""
    server = BucketServer()
    yield server
    server.stop()
