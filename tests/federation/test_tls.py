"""TLS as the system trusts it: SSL_CERT_FILE is honoured, anything wrong ends the connection (R-40)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from federation.client import Client
from federation.errors import Unreachable
from federation.reach import Reach, parse_networks
from federation.transport import open_transport

LOOPBACK = Reach(extra=tuple(parse_networks(["127.0.0.0/8"])), ports=None, plain_http=True)


class Authority:
    """A certificate authority of a house."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "House")])
        self.file = folder / "ca.pem"
        certificate = self._sign(self._name, self._key.public_key(), days=9, is_authority=True)
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str, *, days: int = 9) -> ssl.SSLContext:
        """What a server of this host needs; negative days for a certificate that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._sign(name, key.public_key(), days=days, host=host)
        place = self._folder / f"{host}{days}.pem"
        place.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place)
        return context

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        days: int,
        host: str = "",
        is_authority: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if host:
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


@asynccontextmanager
async def serving(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """A server that says ok; without a context it closes in the middle of the handshake."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n") if context else await reader.read(20)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" if context else b"\x15\x03")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def ask(port: int) -> bytes:
    client = Client(transport=open_transport(LOOPBACK), reach=LOOPBACK, user_agent="x", deadline_seconds=3.0)
    try:
        return (await client.get(f"https://localhost:{port}/", accept="*/*")).body
    finally:
        await client.close()


async def test_a_house_authority_is_trusted_when_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    async with serving(authority.context("localhost")) as port:
        with pytest.raises(Unreachable):
            await ask(port)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert await ask(port) == b"ok"


async def test_r_40_wrong_and_expired_certificates_and_broken_handshakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    for context in (authority.context("other.test"), authority.context("localhost", days=-1), None):
        async with serving(context) as port:
            with pytest.raises(Unreachable):
                await ask(port)
