"""Logs on standard error: text for people, JSON for collectors. Secrets are taken out of both."""

from __future__ import annotations

import logging
import re
import sys

import structlog

from echo.config import Log

# Tokens stand in queries and headers; they must not stand in logs.
_SECRET = re.compile(
    r"(?i)((?:access_token|bearer_token|client_secret|password|code)=)[^&\s\"']+|(bearer )\S+"
)


def redact(text: str) -> str:
    """A text without the secrets of queries and headers."""
    return _SECRET.sub(lambda match: f"{match.group(1) or match.group(2)}[secret]", text)


def configure(log: Log) -> None:
    """Send every logger of this process through one formatter."""

    def hide_secrets(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        event["event"] = redact(str(event.get("event", "")))
        return event

    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
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
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log.level.upper())
    for noisy in ("httpx", "httpcore", "arq", "tortoise", "asyncio", "hypercorn", "aiohttp"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
