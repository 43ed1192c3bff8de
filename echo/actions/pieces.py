"""Posts that are written in blocks: texts and pictures in an order of the author's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from echo import addresses, settings
from echo.actions import uploads
from echo.actions.drafts import Block, FileDraft
from echo.errors import Invalid
from echo.models import Media
from echo.text.plain import escape, tidy

Stored = list[dict[str, object]]


def require_sound(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks that a post can be made of: texts made tidy, empty ones left out.

    Raises:  Invalid when there are too many, or a picture stands in two places
    """
    sound = [
        Block(text=tidy(block.text)) if block.media_id is None else block
        for block in blocks
        if block.media_id is not None or tidy(block.text)
    ]
    if len(sound) > settings.here().limits.post_blocks:
        raise Invalid(f"Validation failed: A post has at most {settings.here().limits.post_blocks} blocks")
    pictures = media_ids(sound)
    if len(set(pictures)) != len(pictures):
        raise Invalid("Validation failed: A picture stands in one block only")
    return tuple(sound)


def text_of(blocks: Sequence[Block]) -> str:
    """What a post in blocks says, in one piece: what apps that know no blocks edit."""
    return "\n\n".join(block.text for block in blocks if block.media_id is None)


def texts(blocks: Sequence[Block]) -> list[str]:
    """The texts, in order."""
    return [block.text for block in blocks if block.media_id is None]


def media_ids(blocks: Sequence[Block]) -> tuple[int, ...]:
    """The pictures, in order."""
    return tuple(block.media_id for block in blocks if block.media_id is not None)


def descriptions(blocks: Sequence[Block]) -> tuple[FileDraft, ...]:
    """What is said anew about pictures."""
    return tuple(
        FileDraft(media_id=block.media_id, description=block.description)
        for block in blocks
        if block.media_id is not None and block.description is not None
    )


async def describe(blocks: Sequence[Block], files: Sequence[Media]) -> bool:
    """Describe pictures anew where their blocks say so; whether one of them has changed."""
    by_id = {file.id: file for file in files}
    changed = [
        await uploads.redescribe(by_id[draft.media_id], draft, None)
        for draft in descriptions(blocks)
        if draft.media_id in by_id
    ]
    return any(changed)


def stored(blocks: Sequence[Block], html: Sequence[str]) -> Stored:
    """Blocks as their post keeps them.

    Shapes:  html: of each text
    """
    rendered = iter(html)
    return [
        {"type": "image", "media_id": block.media_id}
        if block.media_id is not None
        else {"type": "text", "text": block.text, "html": next(rendered)}
        for block in blocks
    ]


def html_of(blocks: Sequence[Block], html: Sequence[str], files: Mapping[int, Media]) -> str:
    """The whole as HTML, for those who know no blocks. Pictures are attached and shown below the text, so one
    that stands above text leaves a link in its place."""
    rendered, written = list(html), []
    for block in blocks:
        if block.media_id is None:
            written.append(rendered.pop(0))
        elif rendered:
            written.append(_link(files[block.media_id]))
    return "".join(written)


def _link(media: Media) -> str:
    url = escape(addresses.here().file(media.file_key or media.remote_url))
    words = escape((media.description or "").strip() or "Picture")
    return f'<p><a href="{url}" target="_blank" rel="nofollow noopener" translate="no">{words}</a></p>'
