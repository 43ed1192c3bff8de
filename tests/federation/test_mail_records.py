"""Who takes the mail of a domain, asked of a name server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.asyncresolver import Resolver

from federation import mail_records

ZONE = {
    "shop.test. MX": ("10 mx.bulk.test.", "20 MX2.bulk.test."),
    "mx.bulk.test. A": ("192.0.2.9",),
    "mx.bulk.test. AAAA": ("2001:db8::9",),
    "mx2.bulk.test. A": ("192.0.2.10",),
    "plain.test. A": ("192.0.2.1",),
    "silent.test. MX": ("0 .",),
    "silent.test. A": ("192.0.2.2",),
}


class NameServer(asyncio.DatagramProtocol):
    """Answers from `ZONE`; a name that has nothing there does not exist."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asked = dns.message.from_wire(data)
        [question] = asked.question
        answer = dns.message.make_response(asked)
        name = question.name.to_text().lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        values = ZONE.get(f"{name} {kind}")
        if values is not None:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known.startswith(f"{name} ") for known in ZONE):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


@pytest.fixture
async def resolver() -> AsyncIterator[Resolver]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    made = Resolver(configure=False)
    made.nameservers, made.port = ["127.0.0.1"], transport.get_extra_info("sockname")[1]
    yield made
    transport.close()


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("shop.test", ["mx.bulk.test", "mx2.bulk.test", "192.0.2.9", "2001:db8::9", "192.0.2.10"]),
        ("plain.test", ["plain.test", "192.0.2.1"]),
        ("silent.test", ["silent.test", "192.0.2.2"]),
        ("nobody.test", ["nobody.test"]),
    ],
)
async def test_mail_servers_are_found_with_their_addresses(
    resolver: Resolver, domain: str, found: list[str]
) -> None:
    there = await mail_records.behind(domain, deadline_seconds=60, most=20, resolver=resolver)
    assert sorted(there) == sorted(found)


async def test_of_very_many_only_some_are_asked(resolver: Resolver) -> None:
    there = await mail_records.behind("shop.test", deadline_seconds=60, most=1, resolver=resolver)
    assert there in (["mx.bulk.test", "192.0.2.9", "2001:db8::9"], ["mx2.bulk.test", "192.0.2.10"])
