"""More about this server: its texts, the servers it knows, what happens on it, its emojis and languages."""

from __future__ import annotations

from datetime import date

from quart import Blueprint, Response

from echo import cache, farewell, ids, settings
from echo.actions.thread_fetches import search_of
from echo.errors import NotFound
from echo.http.access import needs, optional, page, public, viewer
from echo.http.reading import params
from echo.http.replies import entity
from echo.media import port
from echo.render import emoji, server_block, times
from echo.store import emojis, house, house_texts, instance, posts, server_blocks, thread_fetches
from echo.text import languages

blueprint = Blueprint("house", __name__)
WEEKS = 12
PEERS_FOUND = 10


@blueprint.get("/api/v1/instance/peers")
@public
async def peers() -> Response:
    """Other servers that are known here."""
    if not settings.here().instance.publish_peers:
        return _nothing()
    return entity(await instance.peers())


@blueprint.get("/api/v1/peers/search")
@public
async def peers_search() -> Response:
    """Other servers by how their names begin."""
    if not settings.here().instance.publish_peers:
        return _nothing()
    text = (await params()).text("q", "").strip()
    return entity(await house.peers_like(text, limit=PEERS_FOUND) if text else [])


@blueprint.get("/api/v1/instance/domain_blocks")
@optional()
async def domain_blocks() -> Response:
    """Other servers that are blocked here, for those whom the operator lets read it."""
    chosen = settings.here().instance
    if not _may_read(chosen.publish_blocks):
        return _nothing()
    with_reasons = _may_read(chosen.publish_block_reasons)
    return entity(server_block.many(await server_blocks.listing(public=True), with_reasons=with_reasons))


@blueprint.get("/api/v1/instance/activity")
@public
async def activity() -> Response:
    """What happened here in the last weeks, this week first; all numbers are texts."""
    if not settings.here().instance.publish_activity:
        return _nothing()
    return entity(
        [
            {
                "week": str(int(week.begins_at.timestamp())),
                "statuses": str(week.posts),
                "logins": str(week.active),
                "registrations": str(week.sign_ups),
            }
            for week in await house.weeks(WEEKS)
        ]
    )


@blueprint.get("/api/v1/instance/extended_description")
@public
async def extended_description() -> Response:
    """More about this server; empty where nothing is written."""
    text = house_texts.about()
    if text is None:
        return entity({"updated_at": None, "content": ""})
    return entity({"updated_at": times.iso(text.updated_at), "content": text.html})


@blueprint.get("/api/v1/instance/privacy_policy")
@public
async def privacy_policy() -> Response:
    """What is done with data about people."""
    text = house_texts.privacy()
    return entity({"updated_at": times.iso(text.updated_at), "content": text.html})


@blueprint.get("/api/v1/instance/terms_of_service")
@public
async def terms_of_service() -> Response:
    """The terms that are in force, or the first that will be."""
    return _terms(house_texts.terms())


@blueprint.get("/api/v1/instance/terms_of_service/<day>")
@public
async def terms_of_day(day: str) -> Response:
    """The terms that came into force on a day."""
    try:
        return _terms(house_texts.terms(date.fromisoformat(day)))
    except ValueError:
        raise NotFound from None


@blueprint.get("/api/v1/instance/languages")
@public
async def known_languages() -> Response:
    """The languages that a post can be marked with."""
    return entity([{"code": language.code, "name": language.name} for language in languages.LANGUAGES])


@blueprint.get("/api/v1/custom_emojis")
@public
async def custom_emojis() -> Response:
    """The custom emojis of this server to choose from."""
    return entity(emoji.many(await emojis.listing(only_visible=True)))


@blueprint.get("/api/v1/donation_campaigns")
@needs()
async def donation_campaigns() -> Response:
    """Nobody asks for donations here."""
    return Response(b"", status=204)


@blueprint.get("/api/v1_alpha/async_refreshes/<refresh_id>")
@needs("read")
async def async_refresh(refresh_id: str) -> Response:
    """Whether more of a thread is still being fetched, and how many posts were found so far."""
    fetch_id = ids.parse_id(refresh_id)
    row = None if fetch_id is None else await thread_fetches.find(fetch_id)
    if row is None or await posts.find(viewer(), row["post_id"]) is None:
        raise NotFound
    search = search_of(row)
    status = "running" if search.is_running else "finished"
    return entity({"async_refresh": {"id": str(search.id), "status": status, "result_count": search.found}})


@blueprint.post("/api/v1/accounts/<account>/email_subscriptions")
@public
async def email_subscriptions(account: str) -> Response:
    """Nobody can follow somebody by e-mail: as on a Mastodon where that is switched off."""
    raise NotFound


@blueprint.get("/health/live")
@page
async def is_live() -> Response:
    """`OK` as long as this process answers at all: whoever watches need not start it anew."""
    return _plain("OK", 200)


@blueprint.get("/health/ready")
@page
async def is_ready() -> Response:
    """`OK` while this process can serve: the database answers, and nobody has asked it to stop; else 503.

    For load balancers. Without Redis everything works but live streams, with a full disk everything but the
    taking in of files: both are said, and no reason to be sent nobody.
    """
    if farewell.has_begun():
        return _plain("stopping", 503)
    if not await house.database_answers():
        return _plain("does not answer: database", 503)
    missing = [] if await cache.ping() else ["Redis does not answer: nothing is live"]
    if port.is_full():
        missing.append("the disk is full: no files are taken in")
    return _plain(", ".join(["OK", *missing]), 200)


@blueprint.get("/health")
@page
async def is_well() -> Response:
    """`OK` while the database and Redis answer, and nobody has asked this process to stop; else 503 and why.

    For whoever watches.
    """
    if farewell.has_begun():
        return _plain("stopping", 503)
    silent = [
        name
        for name, answers in (("database", await house.database_answers()), ("redis", await cache.ping()))
        if not answers
    ]
    return _plain(f"does not answer: {', '.join(silent)}", 503) if silent else _plain("OK", 200)


def _may_read(who: str) -> bool:
    return who == "all" or (who == "users" and not viewer().is_anonymous)


def _terms(found: house_texts.Terms | None) -> Response:
    if found is None:
        raise NotFound
    return entity(
        {
            "effective_date": found.effective_on.isoformat(),
            "effective": found.is_effective,
            "content": found.html,
            "succeeded_by": found.next_on.isoformat() if found.next_on else None,
        }
    )


def _plain(text: str, status: int) -> Response:
    return Response(text, status=status, content_type="text/plain; charset=utf-8")


def _nothing() -> Response:
    """Switched off: as Mastodon says it, without a word."""
    return Response(b"", status=404, content_type="text/plain; charset=utf-8")
