"""For visitors whose account is on another server: to follow somebody here with it, to like and boost a post.

They say where it is, and are led there, to the address that WebFinger tells of their server. Ours is
`echo.web.intents`.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from quart import Blueprint, Response, request

from echo import ports
from echo.addresses import here
from echo.errors import NotFound
from echo.http.access import page
from echo.http.families import count_search
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.render.cards import Author, Card
from echo.store import accounts, posts
from echo.text import handles
from echo.web import visitor
from echo.web.intents import INTERACT
from echo.web.page import Meta, show

blueprint = Blueprint("departures", __name__)
PATH = "/interact"
CHARACTERS = 2048


@blueprint.get(PATH)
@page
@visitor.members_where_closed
async def ask() -> Response:
    """Log in here, or say where one's account is. `uri` is the id of somebody here, or of a post."""
    return await _ask(await _ours(request.args.get("uri", "")))


@blueprint.post(PATH)
@page
@visitor.members_where_closed
async def depart() -> Response:
    """Where the other server takes over: a link, because forms of our pages lead nowhere else."""
    given = await visitor.read_form()
    found = await _ours(given.text("uri", ""))
    typed = given.text("handle", "").strip()[:CHARACTERS]
    name, domain = handles.split(typed)
    if not domain and "." in name:
        # Only the server was written.
        name, domain = "", handles.split(f"x@{name}")[1]
    if not domain:
        return await _ask(found, typed=typed, problem="Write it like @name@server.example.")
    if here().is_handle_host(domain):
        return visitor.to_login(_way_in(found))
    await count_search(asks_elsewhere=True)
    template = await ports.directory().interaction_template(name, domain)
    if template is None:
        said = f"{domain} does not know that name, or does not answer. Is it spelled right?"
        return await _ask(found, typed=typed, problem=said)
    return await _ask(found, typed=typed, target=template.replace("{uri}", quote(found.uri, safe="")))


async def _ours(uri: str) -> Author | Card:
    """What everybody may see here, by an id of ours. Raises NotFound."""
    if not here().is_ours(uri) or "\x00" in uri:
        raise NotFound("Not Found")
    account = await accounts.find_by_uri(uri)
    if account is not None and account.suspended_at is None and account.deleted_at is None:
        return await cards.author(account.id)
    post = await posts.find_by_uri(NOBODY, uri)
    if post is None:
        raise NotFound("Not Found")
    return await cards.one(NOBODY, post.id)


def _way_in(found: Author | Card) -> str:
    return f"{INTERACT}?{urlencode({'uri': found.uri})}"


async def _ask(found: Author | Card, *, typed: str = "", problem: str = "", target: str = "") -> Response:
    author = found if isinstance(found, Author) else found.author
    return await show(
        "depart.html",
        meta=Meta(title=f"Follow {author.name}" if found is author else f"A post of {author.name}"),
        status=422 if problem else 200,
        has_form=True,
        author=author,
        is_post=found is not author,
        uri=found.uri,
        typed=typed,
        problem=problem,
        target=target,
        host=urlsplit(target).netloc,
        to_login=f"/login?{urlencode({'next': _way_in(found)})}",
    )
