"""A real S3 server of our own, on free ports of this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from echo.config.files import ObjectStore

BUCKET, KEY, SECRET = "echo", "echo-key", "echo-secret"
_WEED = Path(sys.executable).parent / "weed"
# Each service has a second port so far above its first.
_BESIDE = 10_000
_START_SECONDS = 60.0


@contextmanager
def bucket_server(folder: Path) -> Iterator[ObjectStore]:
    """A server with one private bucket, and the configuration that uses it."""
    identities = folder / "s3.json"
    credentials = [{"accessKey": KEY, "secretKey": SECRET}]
    identity = {"name": "echo", "credentials": credentials, "actions": ["Read", "Write", "List"]}
    identities.write_text(json.dumps({"identities": [identity]}))
    master, volume, filer, s3 = _free_ports(4)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(str(_WEED), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
                *(f"-master.port={master}", f"-volume.port={volume}", "-filer", f"-filer.port={filer}"),
                *("-s3", f"-s3.port={s3}", f"-s3.config={identities}", "-s3.port.iceberg=0"),
                *("-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=64"),
                *("-volume.max=4",),
            ],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{filer}/buckets/{BUCKET}/", f"http://127.0.0.1:{s3}/status")
            yield ObjectStore(
                bucket=BUCKET, endpoint=f"http://127.0.0.1:{s3}", access_key=KEY, secret_key=SECRET
            )
        finally:
            server.kill()  # asked nicely it waits for its own parts, for minutes
            server.wait()


def _wait_until_ready(bucket_url: str, status_url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    for url, method in ((status_url, "GET"), (bucket_url, "POST")):
        while True:
            try:
                with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5):
                    break
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    """Ports that are free together with those above them."""
    found: list[int] = []
    for port in range(21_000 + 7 * (id(found) % 997), 54_000, 3):
        if _is_free(port) and _is_free(port + _BESIDE):
            found.append(port)
            if len(found) == count:
                return found
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
