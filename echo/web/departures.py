"""For visitors whose account is on another server: to follow somebody here with it, to like and boost a post,
to enter a group by its link.

They say where it is, and are led there, to the address that WebFinger tells of their server. Ours is
`echo.web.intents`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from quart import Blueprint, Response, request

from echo import ports
from echo.addresses import here
from echo.errors import NotFound
from echo.http.access import page
from echo.http.families import count_search
from echo.policy.viewer import NOBODY
from echo.render import cards
from echo.render.cards import Author
from echo.store import accounts, chats, posts
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
    """Log in here, or say where one's account is. `uri`: the id of somebody here or of a post, the link of a
    group.
    """
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
        return visitor.to_login(found.way_in)
    await count_search(asks_elsewhere=True)
    template = await ports.directory().interaction_template(name, domain)
    if template is None:
        said = f"{domain} does not know that name, or does not answer. Is it spelled right?"
        return await _ask(found, typed=typed, problem=said)
    return await _ask(found, typed=typed, target=template.replace("{uri}", quote(found.uri, safe="")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """What somebody wants something with; `way_in`: where one goes on who has an account here."""

    uri: str
    title: str
    heading: str
    way_in: str
    author: Author | None = None


async def _ours(uri: str) -> _Goal:
    """What everybody may see here, by an id of ours. Raises NotFound."""
    if not here().is_ours(uri) or "\x00" in uri:
        raise NotFound("Not Found")
    way_in = f"{INTERACT}?{urlencode({'uri': uri})}"
    account = await accounts.find_by_uri(uri)
    if account is not None and account.suspended_at is None and account.deleted_at is None:
        author = await cards.author(account.id)
        return _Goal(uri=uri, title=f"Follow {author.name}", heading="Follow", way_in=way_in, author=author)
    link = here().chat_link("")
    group = await chats.find_by_link(uri.removeprefix(link)) if uri.startswith(link) else None
    if group is not None:
        return _Goal(uri=uri, title=group.name, heading=f"Join {group.name}", way_in=urlsplit(uri).path)
    post = await posts.find_by_uri(NOBODY, uri)
    if post is None:
        raise NotFound("Not Found")
    author = (await cards.one(NOBODY, post.id)).author
    heading = "Like, boost or answer"
    return _Goal(uri=uri, title=f"A post of {author.name}", heading=heading, way_in=way_in, author=author)


async def _ask(found: _Goal, *, typed: str = "", problem: str = "", target: str = "") -> Response:
    return await show(
        "depart.html",
        meta=Meta(title=found.title),
        status=422 if problem else 200,
        has_form=True,
        author=found.author,
        heading=found.heading,
        uri=found.uri,
        typed=typed,
        problem=problem,
        target=target,
        host=urlsplit(target).netloc,
        to_login=f"/login?{urlencode({'next': found.way_in})}",
    )
