"""How a post is written: what it quotes and who may quote it, in which markup, in one piece or in blocks."""

from __future__ import annotations

from echo.actions import composing, pieces
from echo.actions.drafts import Block
from echo.errors import Invalid, NotFound
from echo.http.params import Params
from echo.http.reading import read_id
from echo.policy.quoting import POLICIES


def quoted(given: Params) -> int | None:
    """The post that shall be quoted; Pleroma's apps call it `quote_id`."""
    text = given.text("quoted_status_id") or given.text("quote_id")
    try:
        return read_id(text) if text else None
    except NotFound as error:
        raise NotFound("The post to be quoted does not exist") from error


def quote_policy(given: Params) -> str | None:
    """Who may quote the post; None when nothing is said. Raises Invalid."""
    return _one_of(given, "quote_approval_policy", tuple(POLICIES))


def content_type(given: Params) -> str | None:
    """The markup of the text; None when nothing is said. Raises Invalid."""
    return _one_of(given, "content_type", composing.CONTENT_TYPES)


def blocks(given: Params) -> tuple[Block, ...] | None:
    """The blocks of the post; None when it is written in one piece. Raises Invalid."""
    if not given.has("blocks"):
        return None
    return pieces.require_sound([_block(block) for block in given.objects("blocks")])


def _block(given: Params) -> Block:
    kind = given.text("type")
    if kind == "text":
        return Block(text=given.text("text", ""))
    media_id = given.id("media_id")
    if kind != "image" or media_id is None:
        raise Invalid("Validation failed: A block is a text, or an image with its media_id")
    return Block(media_id=media_id, description=given.text("description"))


def _one_of(given: Params, name: str, known: tuple[str, ...]) -> str | None:
    word = given.text(name)
    if not word:
        return None
    if word not in known:
        raise Invalid(f"Validation failed: {name} is not one of {', '.join(known)}")
    return word
