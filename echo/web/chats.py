"""The page behind a join link of a group: what it is, who leads it, and a button. It runs no scripts."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from quart import Blueprint, Response, request

from echo.actions import chat_groups, chat_joining
from echo.addresses import here
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import page
from echo.http.families import count_search
from echo.kinds_of_chats import ChatRole, MemberState
from echo.models import Chat
from echo.policy.standing import REFUSALS, require_active
from echo.render import cards
from echo.store import chats
from echo.web import visitor
from echo.web.page import Meta, show
from echo.web.settings.frame import given, me, member

blueprint = Blueprint("chat_pages", __name__)
PATH = "/chats/join/<token>"
ELSEWHERE = "/authorize_interaction/chats"


@blueprint.get(PATH)
@page
async def join_link(token: str) -> Response:
    """The page. Whoever holds the link may see the name of the group, and who leads it."""
    return await _show(await _find(token), token)


@blueprint.post(PATH)
@page
async def join(token: str) -> Response:
    """Enter it."""
    await visitor.read_form()
    person = await visitor.login()
    if person is None:
        return visitor.to_login(request.path)
    require_active(person.standing)
    found = await _find(token)
    try:
        await chat_groups.enter_by_link(person.user_id, token)
    except (Forbidden, Invalid) as problem:
        return await _show(found, token, status=problem.status, problem=problem.public)
    return visitor.redirect(request.path)


@blueprint.post(ELSEWHERE)
@page
@member()
async def join_elsewhere() -> Response:
    """Ask the server of a link to let one in."""
    link = given().text("link", "")
    await count_search(asks_elsewhere=True, by=me().user_id)
    chat, _ = await chat_joining.ask(me().user_id, link)
    return await show_elsewhere(link, is_in=chat is not None, has_asked=True)


async def show_elsewhere(link: str, *, is_in: bool = False, has_asked: bool = False) -> Response:
    """The group behind a link of another server, for who wants to come in with an account of ours.

    Raises:  NotFound where the link leads nowhere
    """
    found = await chat_joining.look(link)
    return await show(
        "chat_join_elsewhere.html",
        meta=Meta(title=found.name),
        name=found.name,
        count=found.members_count,
        host=urlsplit(found.uri).netloc,
        link=link,
        is_in=is_in,
        has_asked=has_asked,
    )


async def _find(token: str) -> Chat:
    found = await chats.find_by_link(token)
    if found is None:
        raise NotFound("This link leads nowhere any more")
    return found


async def _show(found: Chat, token: str, *, status: int = 200, problem: str = "") -> Response:
    person = await visitor.login()
    member = None if person is None else await chats.member_for_worker(found.id, person.user_id)
    members = await chats.members(found.id)
    leaders = [one.account_id for one in members if one.role == ChatRole.OWNER]
    return await show(
        "chat_join.html",
        meta=Meta(title=found.name, activity=here().chat_link_document(token)),
        status=status,
        has_form=True,
        link=here().chat_link(token),
        name=found.name,
        avatar=found.avatar,
        leaders=await cards.authors(leaders),
        count=len(members),
        is_in=member is not None and member.state == MemberState.ACTIVE,
        problem=problem,
        refusal="" if person is None else REFUSALS[person.standing],
        to_login=f"/login?{urlencode({'next': f'/chats/join/{token}'})}",
    )
