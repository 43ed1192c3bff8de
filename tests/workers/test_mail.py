"""Letters: into the folder without a mail server, by SMTP with one. Row S-H17."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from echo.actions import confirmations, password_changes, sign_up
from echo.errors import Unavailable
from echo.kinds import Role
from echo.runtime import Runtime
from tests.actions import people
from workers.mail import JOBS

send = JOBS["mail.send"]


def letters(folder: Path) -> list[EmailMessage]:
    parsed = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]
    return [letter for letter in parsed if isinstance(letter, EmailMessage)]


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class Sink:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        body: list[bytes] | None = None
        while line := await reader.readline():
            if body is not None:
                if line == b".\r\n":
                    self.taken.append(b"".join(body))
                    body = None
                    writer.write(b"250 ok\r\n")
                else:
                    body.append(line.removeprefix(b"."))
                continue
            verb = line[:4].upper()
            if verb == b"DATA":
                body = []
                writer.write(b"354 go on\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def sink() -> AsyncIterator[tuple[Sink, int]]:
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    async with server:
        yield sink, server.sockets[0].getsockname()[1]


async def test_without_a_server_letters_are_written_to_the_data_directory(runtime: Runtime) -> None:
    user = await people.person(confirmed=False)
    await send(runtime, user_id=user.id, template="confirm")
    (path,) = (runtime.data / "mail").glob("*.eml")
    assert path.stat().st_mode & 0o777 == 0o600
    (letter,) = letters(runtime.data / "mail")
    assert letter["To"] == user.email
    assert letter["From"] == "Echo test <echo@echo.test>"
    assert letter["Auto-Submitted"] == "auto-generated"
    found = re.search(r"https://echo\.test/confirm/(\S+)", text_of(letter))
    assert found is not None
    assert found[0].encode() in path.read_bytes()
    assert (await confirmations.confirm(found[1])).id == user.id


async def test_s_h17_the_reset_link_names_the_configured_host(runtime: Runtime) -> None:
    user = await people.person()
    await send(runtime, user_id=user.id, template="reset")
    (letter,) = letters(runtime.data / "mail")
    found = re.search(r"https://echo\.test/password/(\S+)", text_of(letter))
    assert found is not None
    await password_changes.reset_password(found[1], "another horse entirely")


@pytest.mark.parametrize("template", ["reset", "confirm", "proof"])
async def test_nobody_gets_no_letter(runtime: Runtime, template: str) -> None:
    await send(runtime, user_id=0, template=template)
    assert letters(runtime.data / "mail") == []


async def test_people_who_are_confirmed_get_no_confirmation_letter(runtime: Runtime) -> None:
    user = await people.person()
    await send(runtime, user_id=user.id, template="confirm")
    assert letters(runtime.data / "mail") == []


async def test_links_are_logged_in_development_only(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    user = await people.person()
    with caplog.at_level(logging.DEBUG):
        await send(runtime, user_id=user.id, template="reset")
        assert "/password/" not in caplog.text
        people.configure(runtime, dev={"enabled": True})
        await send(runtime, user_id=user.id, template="reset")
        assert "/password/" in caplog.text


async def test_letters_go_to_the_mail_server(runtime: Runtime, sink: tuple[Sink, int]) -> None:
    server, port = sink
    people.configure(
        runtime,
        instance={"title": "Échо, <Test>"},
        mail={"server": "127.0.0.1", "port": port, "security": "none", "sender": "hello@echo.test"},
    )
    user = await people.person()
    await send(runtime, user_id=user.id, template="reset")
    (taken,) = server.taken
    letter = email.message_from_bytes(taken, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    assert letter["From"].addresses[0].display_name == "Échо, <Test>"
    assert letter["From"].addresses[0].addr_spec == "hello@echo.test"
    html = letter.get_body(("html",))
    assert html is not None
    assert "&lt;Test&gt;" in html.get_content()
    assert letters(runtime.data / "mail") == []


async def test_a_mail_server_that_is_away_is_tried_again_later(
    runtime: Runtime, unused_tcp_port: int
) -> None:
    people.configure(runtime, mail={"server": "127.0.0.1", "port": unused_tcp_port, "security": "none"})
    user = await people.person()
    with pytest.raises(Unavailable) as error:
        await send(runtime, user_id=user.id, template="reset")
    assert user.email not in str(error.value)


async def test_letters_to_those_who_wait_and_to_those_who_decide(runtime: Runtime) -> None:
    boss = await people.person("boss", role=Role.OWNER)
    await send(runtime, user_id=boss.id, template="waiting")
    assert letters(runtime.data / "mail") == [], "nobody waits"
    user = await sign_up.create_local(people.draft("newcomer", reason="Friends are here"), is_approved=False)
    await send(runtime, user_id=boss.id, template="waiting")
    await send(runtime, user_id=user.id, template="approved")
    await send(runtime, user_id=7, template="approved")
    asked, welcome = letters(runtime.data / "mail")
    assert asked["To"] == "boss@mail.test"
    assert "@newcomer: Friends are here" in text_of(asked)
    assert welcome["To"] == "newcomer@mail.test"
    assert "@newcomer@echo.test can be used" in text_of(welcome)
