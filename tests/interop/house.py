"""A network of its own: names under .test, a certificate authority, a front that speaks TLS, and an Echo.

Nothing here touches the machine: the story runs in namespaces of its own (`UNSHARE`), with a loopback
interface that leads nowhere else and an /etc/hosts that nobody else sees.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.e2e.servers import Server, launch, stop
from tests.federation.test_tls import Authority

ECHO = "echo.test"
ECHO_PORT = 3000
# Ends everything in the namespace with the first process, however that ends.
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def why_no_network() -> str:
    """Why a network of one's own cannot be had on this machine, or nothing."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare and ip (util-linux, iproute2) are not installed"
    tried = subprocess.run([*UNSHARE, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else f"no namespaces here: {tried.stderr.decode()[-200:].strip()}"


def settle(names: dict[str, int], folder: Path) -> None:
    """Called in the new namespaces: names, certificates, and the front on port 443.

    Shapes:  names: which port on this machine serves which host
    """
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in names))
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
    authority = Authority(folder)
    bundle = folder / "trusted.pem"
    bundle.write_bytes(authority.file.read_bytes())
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        os.environ[variable] = str(bundle)
    contexts = {name: authority.context(name) for name in names}
    started = threading.Event()
    threading.Thread(
        target=lambda: asyncio.run(_front(contexts, names, started)), name="front", daemon=True
    ).start()
    assert started.wait(10), "the front did not start"


async def _front(
    contexts: dict[str, ssl.SSLContext], names: dict[str, int], started: threading.Event
) -> None:
    """Ends TLS by the name that the caller asks for, and passes the bytes on as they are."""

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name in contexts:
            connection.context = contexts[name]
            wanted[connection] = names[name]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = wanted.pop(writer.get_extra_info("ssl_object"), 0)
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pour(reader, inner_writer), _pour(inner_reader, writer))

    wanted: dict[object, int] = {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = choose
    server = await asyncio.start_server(serve, "127.0.0.1", 443, ssl=context)
    started.set()
    await server.serve_forever()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    except (OSError, ssl.SSLError):
        pass
    finally:
        sink.close()


@contextmanager
def echo_at_home(domain: str = ECHO, port: int = ECHO_PORT) -> Iterator[Server]:
    """An Echo behind the front, as an operator would run it: real names, TLS, the ports of the world."""
    data = Path(tempfile.mkdtemp(prefix="echo interop "))
    env = {
        "ECHO_FEDERATION__ALLOWED_PRIVATE_RANGES": '["127.0.0.0/8"]',
        "ECHO_FEDERATION__RETRY_SCALE": "0.01",
    }
    started = launch(data, port, domain, env=env)
    try:
        # It names its own port; who comes from outside comes through the front.
        yield replace(started, url=f"https://{domain}")
    finally:
        stop(started)
        kept = os.environ.get("ECHO_INTEROP_LOG")
        if kept:
            shutil.copy(data / "echo.log", kept)
        shutil.rmtree(data, ignore_errors=True)
