"""Letters, and the ways they leave: by SMTP, or into a folder where there is no mail server."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape
from pathlib import Path

import aiosmtplib

from echo import clock, settings
from echo.errors import Unavailable

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30
# The colours of the pages, said again because mail programs read no style sheets.
_PAGE = "margin:0;padding:32px 16px;background:#f4f1ea;color:#22252b;font:16px/1.6 Georgia,serif"
_CARD = "max-width:34em;margin:0 auto;padding:32px;background:#fffdf8;border-radius:12px"
_BUTTON = (
    "display:inline-block;padding:12px 24px;border-radius:999px;background:#2f5d57;color:#fff;"
    "text-decoration:none;font:600 16px/1.4 system-ui,sans-serif"
)
_SMALL = "color:#6a6d72;font-size:14px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter with one thing to do in it.

    Shapes:  paragraphs, after: plain text; action: what the link does, as a button says it; unsubscribe: an
             address that ends such letters, for those that nobody asked for one by one
    """

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    action: str
    link: str
    after: tuple[str, ...] = ()
    unsubscribe: str = ""


async def send(letter: Letter, data: Path) -> None:
    """Send a letter, or write it to the folder `mail` of the data directory when no server is configured.

    Raises:  Unavailable when the mail server does not take it now
    """
    config = settings.here()
    message = compose(letter)
    if not config.mail.server:
        path = await asyncio.to_thread(_write, message, data / "mail")
        if config.dev.enabled:
            log.info("mail: %s (%s) %s", letter.subject, path.name, letter.link)
        return
    try:
        await aiosmtplib.send(
            message,
            hostname=config.mail.server,
            port=config.mail.port,
            username=config.mail.username or None,
            password=config.mail.password or None,
            use_tls=config.mail.security == "tls",
            start_tls=config.mail.security == "starttls",
            timeout=TIMEOUT_SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        # Its text may quote the address, which is nobody's business in a log.
        raise Unavailable(retry_after_seconds=60, detail=f"mail: {type(error).__name__}") from error


def compose(letter: Letter) -> EmailMessage:
    """The letter as plain text and as simple HTML."""
    config = settings.here()
    sender = config.mail.sender or f"echo@{config.instance.domain.partition(':')[0]}"
    name, _, host = sender.rpartition("@")
    message = EmailMessage()
    # A header is one line: a title or name with a line break in it must not keep letters back.
    message["From"] = Address(display_name=_line(config.instance.title), username=name, domain=host)
    message["To"] = letter.to
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=host)
    # So that no out-of-office note answers.
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        # Mail programs show a button that sends a POST. Source: RFC 2369, RFC 8058
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = _text(letter, config.instance.title, config.base_url)
    message.set_content(text, cte=_encoding(text))
    html = _html(letter, config.instance.title, config.base_url)
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    return message


def _line(text: str) -> str:
    return " ".join(text.split())


def _encoding(text: str) -> str:
    # Readable as it is where that is possible: links are not cut in two then.
    return "7bit" if text.isascii() else "quoted-printable"


def _text(letter: Letter, title: str, base_url: str) -> str:
    parts = [
        *letter.paragraphs,
        f"{letter.action}:\n{letter.link}",
        *letter.after,
        *([f"No more of these letters:\n{letter.unsubscribe}"] if letter.unsubscribe else []),
        f"-- \n{title}\n{base_url}",
    ]
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter, title: str, base_url: str) -> str:
    def paragraphs(texts: tuple[str, ...], style: str = "") -> str:
        attribute = f' style="{style}"' if style else ""
        return "".join(f"<p{attribute}>{escape(text)}</p>\n" for text in texts)

    link = escape(letter.link)
    end = ""
    if letter.unsubscribe:
        end = f'<p style="{_SMALL}"><a href="{escape(letter.unsubscribe)}">No more of these letters</a></p>\n'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(letter.subject)}</title>'
        f'</head>\n<body style="{_PAGE}">\n<div style="{_CARD}">\n{paragraphs(letter.paragraphs)}'
        f'<p><a style="{_BUTTON}" href="{link}">{escape(letter.action)}</a></p>\n'
        f'{paragraphs(letter.after, _SMALL)}<p style="{_SMALL};word-break:break-all">{link}</p>\n'
        f'{end}<p style="{_SMALL}"><a href="{escape(base_url)}">{escape(title)}</a></p></div></body></html>\n'
    )


def _write(message: EmailMessage, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%dT%H%M%S.%f}.eml"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
    return path
