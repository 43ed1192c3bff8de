"""Link previews: made from what a page says of itself, shown with the posts that link to it."""

from __future__ import annotations

import html
from urllib.parse import urlsplit

from echo import clock, db, ports
from echo.actions import file_bans
from echo.addresses import here
from echo.errors import Invalid
from echo.media import port
from echo.media.result import Limits
from echo.models import Card
from echo.store import accounts, cards, posts
from echo.text.first_link import first_link
from echo.text.page import PageFacts

_IMAGE = Limits(max_bytes=4_194_304, output_pixels=519_168, max_frames=1_000)
_FRAME = (
    '<iframe src="{url}" width="{width}" height="{height}" frameborder="0" allowfullscreen=""'
    ' sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms">'
    "</iframe>"
)


async def show_known(post_id: int, url: str) -> bool:
    """Show the preview of an address that was looked at lately; False when somebody has to look."""
    known = await cards.find_fresh(url)
    if known is None:
        return False
    if not known["failed"]:
        await show(post_id, url, known["id"])
    return True


async def show(post_id: int, url: str, card_id: int) -> None:
    """Show a preview with a post, if that still links to the address."""
    async with db.unit_of_work():
        await posts.lock(post_id)
        post = await posts.get_unscoped_for_worker(post_id)
        if post.deleted_at is None and not post.media_ids and first_link(post.html, here().base) == url:
            await cards.attach(post_id, card_id)


async def author_of(facts: PageFacts) -> int | None:
    """The account that a page names as its author, when the account says that pages of this host may.

    Source:  Mastodon's `fediverse:creator` and `attributionDomains`
    """
    user, _, host = facts.creator.removeprefix("@").partition("@")
    page_host = urlsplit(facts.url).hostname or ""
    if not user or not host:
        return None
    account_id = await ports.directory().account_by_handle(user, host)
    account = None if account_id is None else await accounts.find(account_id)
    if account is None or account.suspended_at is not None:
        return None
    allowed = account.attribution_domains
    return account.id if any(f".{page_host}".endswith(f".{domain}") for domain in allowed) else None


async def keep(
    url: str, facts: PageFacts | None, image: bytes, *, author_id: int | None = None
) -> int | None:
    """Store what was found at an address; a page that says nothing is remembered too, and not asked again.

    Shapes:  author_id: from `author_of`
    Returns: the id of the preview, or None for a page without one
    """
    card = Card(url=url, created_at=clock.now(), fetched_at=clock.now())
    if facts is not None:
        _describe(card, facts)
        card.author_id = author_id
        await _keep_image(card, image)
    async with db.unit_of_work():
        card_id = await cards.save(card)
        await cards.outdate(card_id)
    return None if facts is None else card_id


def _describe(card: Card, facts: PageFacts) -> None:
    # A frame with a page of ours in it could speak in our name, whatever its sandbox says.
    is_ours = here().is_ours(facts.embed_url) or facts.embed_url.startswith(here().media)
    card.kind = "link" if facts.kind == "video" and is_ours else facts.kind
    card.title, card.description, card.language = facts.title, facts.description, facts.language
    card.author_name, card.author_url = facts.author_name, facts.author_url
    card.provider_name, card.provider_url = facts.provider_name, facts.provider_url
    card.embed_url = facts.embed_url if facts.kind == "photo" else ""
    card.width, card.height = facts.width, facts.height
    card.image_description = facts.image_description
    card.published_at = facts.published_at
    if card.kind == "video":
        card.width, card.height = facts.width or 640, facts.height or 360
        card.html = _FRAME.format(
            url=html.escape(facts.embed_url, quote=True), width=card.width, height=card.height
        )


async def _keep_image(card: Card, image: bytes) -> None:
    """The picture, from our own store, so that readers are not sent to the page's server; what is none is not
    shown."""
    if not image or port.is_full():
        return
    try:
        converted = await file_bans.read_picture(image, _IMAGE)
    except Invalid:
        return
    picture = converted.original
    key = port.store().new_key(picture.extension)
    await port.store().put(key, picture.data, picture.content_type)
    card.image_key, card.blurhash = key, converted.blurhash
    if not card.width:
        card.width, card.height = picture.size.width, picture.size.height
