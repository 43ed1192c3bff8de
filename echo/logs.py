"""Logs on standard error: text for people, JSON for collectors. Secrets are taken out of both.

The last warnings and errors wait in memory for whoever keeps them (`echo.store.recent_logs`).
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections import deque
from contextvars import ContextVar
from datetime import UTC, datetime

import msgspec
import structlog

from echo.config import Log

# Names under which secrets stand in queries, forms, JSON and the texts of objects.
_NAMES = (
    r"[a-z_]*token|[a-z_]*secret|[a-z_]*password[a-z_]*|code|code_verifier|otp"
    r"|otp_attempt|private_key|secret_key|access_key|csrf|p256dh|auth"
)
_SECRET = re.compile(
    # headers that are nothing but secrets, to the end of their line
    r"(?i)((?<![a-z_-])(?:authorization|(?:set-)?cookie)['\"]?\s*[=:,]\s*['\"]?)[^\r\n'\"]+"
    # name=value and "name": "value", in every spelling of quotes
    rf"|((?<![a-z_])(?:{_NAMES})['\"]?\s*[=:]\s*(?:b(?=['\"]))?)(?:'[^']*'|\"[^\"]*\"|[^&\s\"',;)}}\]]+)"
    # headers
    r"|((?:bearer|basic) )[a-z0-9._~+/=-]{6,}"
    # addresses that are keys: set-up, confirmation, new passwords, links of groups
    r"|((?:/setup|/confirm|/password/reset|/password|/letters/end|/invite|/chats/join|/chats/links)/)[A-Za-z0-9_.~=-]{16,}"
    # keys and passwords of engines
    r"|(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|((?:postgres(?:ql)?|rediss?)://[^:/\s@]*:)[^@\s]+(?=@)"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MOST_WAITING, MOST_CHARACTERS, ERROR_CHARACTERS = 200, 4000, 1000
# Of the request under way, as its answer says it; empty outside of one.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


def redact(text: str) -> str:
    """A text without secrets: what follows their names in queries, headers, JSON and addresses."""
    return _SECRET.sub(_hidden, text)


def keepable(error: str) -> str:
    """What is kept of an error in the database, which staff see: without secrets, and not too long."""
    return redact(error)[:ERROR_CHARACTERS]


def _hidden(match: re.Match[str]) -> str:
    return f"{next(group for group in match.groups() if group)}[secret]"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was logged; `at` in seconds since 1970."""

    at: float
    level: str
    logger: str
    text: str
    trace: str = ""

    @property
    def moment(self) -> datetime:
        """When, in UTC."""
        return datetime.fromtimestamp(self.at, UTC)


class Recent(logging.Handler):
    """Holds the last warnings and errors of this process until somebody takes them; bounded."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: deque[Line] = deque(maxlen=MOST_WAITING)
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Hold a line."""
        trace = ""
        if record.exc_info and record.exc_info[1] is not None:
            trace = logging.Formatter().formatException(record.exc_info)[-MOST_CHARACTERS:]
        line = Line(
            at=record.created,
            level=record.levelname.lower(),
            logger=record.name,
            text=redact(record.getMessage()[:MOST_CHARACTERS]),
            trace=redact(trace),
        )
        with self._guard:
            self._lines.append(line)

    def take(self) -> list[Line]:
        """What was held, the oldest first; then nothing is."""
        with self._guard:
            lines = list(self._lines)
            self._lines.clear()
        return lines


RECENT = Recent()


def configure(log: Log) -> None:
    """Send every logger of this process through one formatter."""

    def hide_secrets(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        # After traces were made texts: secrets stand in the values of errors too.
        return {name: redact(value) if isinstance(value, str) else value for name, value in event.items()}

    def name_request(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        if request_id := REQUEST_ID.get():
            event["request"] = request_id
        return event

    def keep_to_a_line(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        # Texts of others, addresses first of all, must not write lines that look like ours.
        event["event"] = _CONTROL.sub(lambda found: repr(found[0])[1:-1], str(event["event"]))
        return event

    shared: list[structlog.types.Processor] = [
        name_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if log.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                keep_to_a_line,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler, RECENT]
    root.setLevel(log.level.upper())
    for noisy in ("httpx", "httpcore", "arq", "tortoise", "asyncio", "hypercorn", "aiohttp"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
