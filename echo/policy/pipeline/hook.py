"""Policy: ask a program of the operator's, by a signed webhook.

    POST <address>
    Content-Type: application/json
    Echo-Timestamp: 1790000000
    Echo-Signature: sha256=<hex of HMAC-SHA256(secret, timestamp + "." + body)>

    {"version": 1, "door": "remote", "author": {...}, "text": ..., ...}

The answer is 200 with {"action": "accept" | "rewrite" | "hold" | "reject", "reason": "...", "note": "..."};
reason and note may be left out. Whoever receives it refuses a timestamp that is older than a few minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Literal

import msgspec

from echo import clock
from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.settings import Doc, Finder, Finding, Kind, Settings, choice
from echo.policy.pipeline.verdicts import Action


class Hook(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Annotated[
        str,
        Doc(
            title="Address", description="Where your program answers; begins with https://.", max_length=2048
        ),
    ] = ""
    private: Annotated[
        bool,
        Doc(
            title="Private posts too",
            description="Whether posts for followers and direct ones are sent to the program as well.",
        ),
    ] = False
    secret: Annotated[
        str,
        Doc(
            title="Secret",
            description="Signs what is sent. Kept sealed and never shown; leave it empty to keep it.",
            max_length=500,
            extra={"secret": True},
        ),
    ] = ""
    seconds: Annotated[
        float, Doc(title="Patience", description="How long it may think, in seconds.", gt=0, le=5)
    ] = 2.0
    when_away: Annotated[
        Literal["accept", "hold", "reject"],
        choice(
            "When it does not answer",
            "What is done with the post then.",
            accept="Take it as it is",
            hold="Keep it until a moderator decides",
            reject="Do not take it, and tell people here the reason",
        ),
    ] = "accept"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What it may answer."""

    action: Literal["accept", "rewrite", "hold", "reject"]
    reason: Annotated[str, Doc(max_length=500)] = ""
    note: Annotated[str, Doc(max_length=500)] = ""


_ANSWER = msgspec.json.Decoder(Answer)


def _prepare(settings: Hook) -> Finder:
    if settings.url and not settings.url.startswith(("https://", "http://")):
        raise ValueError("the address has to begin with https://")

    async def find(said: Said, facts: Facts) -> Finding | None:
        if not settings.url:
            return None
        body = document(said)
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Echo-Timestamp": stamp,
            "Echo-Signature": signature(settings.secret, stamp, body),
        }
        raw = await facts.ask(settings.url, headers, body, settings.seconds)
        try:
            answer = None if raw is None else _ANSWER.decode(raw)
        except msgspec.MsgspecError:
            answer = None
        if answer is None:
            away = Action[settings.when_away.upper()]
            return None if away == Action.ACCEPT else Finding("the hook does not answer", away)
        if answer.action == "accept":
            return None
        return Finding(answer.note or "by the hook", Action[answer.action.upper()], answer.reason)

    return find


def document(said: Said) -> bytes:
    """What is sent: everything that policies look at."""
    return msgspec.json.encode(
        {
            "version": 1,
            "door": said.door,
            "uri": said.uri,
            "author": {
                "id": str(said.author_id),
                "host": said.host,
                "name": said.author[0],
                "display_name": said.author[1],
            },
            "text": said.text,
            "links": said.links,
            "hashtags": said.hashtags,
            "mentions": said.mentions,
            "files": said.files,
            "visibility": said.visibility,
            "is_reply": said.is_reply,
            "is_edit": said.is_edit,
        }
    )


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The value of the header.

    Shapes:  stamp: of the other header
    """
    made = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


KIND = Kind(
    "hook", "Webhook", "Asks a program of yours about every post; it answers with a verdict.", Hook, _prepare
)
