"""Chats between two, by the routes of Pleroma: the first version and the second."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import chat_groups, chat_marks, chat_messages
from echo.actions import chats as actions
from echo.actions.chat_messages import MessageDraft
from echo.api.chat_messages import read_key
from echo.api.chats import PAGE_MAX, seat
from echo.db import Row
from echo.errors import NotFound
from echo.http.access import account_id, needs
from echo.http.exact import exact_params
from echo.http.families import count_for_account
from echo.http.paging import Page, link_header
from echo.http.params import Params
from echo.http.reading import own_origin, page_link, params, query_pairs, read_id
from echo.http.replies import entity
from echo.kinds_of_chats import ChatKind
from echo.models import ChatMessage
from echo.policy.viewer import Viewer
from echo.render import pleroma_chat
from echo.store import chat_reads, chats, relations

blueprint = Blueprint("pleroma_chats", __name__)
BASE = "/api/v1/pleroma/chats"
PAGE = 20
# The first version knows no pages.
ALL = 1000


@blueprint.get(BASE)
@needs("read:chats")
async def index() -> Response:
    """One's chats, the one that was written in last first."""
    given = await params()
    rows = await chat_reads.page(account_id(), request="any", kind=ChatKind.DIRECT, limit=ALL)
    return entity(await pleroma_chat.many(account_id(), await _wanted(rows, given)))


@blueprint.get("/api/v2/pleroma/chats")
@needs("read:chats")
async def index_in_pages() -> Response:
    """The same in pages."""
    given = await params()
    limit = given.integer("limit", PAGE, minimum=1, maximum=PAGE_MAX)
    rows = await chat_reads.page(
        account_id(), request="any", kind=ChatKind.DIRECT, before_id=given.id("max_id"), limit=limit
    )
    shown = entity(await pleroma_chat.many(account_id(), await _wanted(rows, given)))
    if len(rows) == limit:
        url = own_origin() + request.path
        link = link_header(url, query_pairs(), next_page={"max_id": str(rows[-1]["id"])})
        shown.headers["Link"] = link or ""
    return shown


@blueprint.post(f"{BASE}/by-account-id/<account>")
@needs("write:chats")
async def create(account: str) -> Response:
    """The chat with somebody, begun when there is none."""
    return await _shown((await actions.open_direct(account_id(), read_id(account))).id)


@blueprint.get(f"{BASE}/<chat_id>")
@needs("read:chats")
async def show(chat_id: str) -> Response:
    """One chat."""
    return await _shown((await seat(chat_id)).chat.id)


@blueprint.delete(f"{BASE}/<chat_id>")
@needs("write:chats")
async def delete(chat_id: str) -> Response:
    """Take it off the list until something comes."""
    found = (await seat(chat_id)).chat
    _require_two(found.kind)
    await chat_groups.leave(account_id(), found.id)
    return await _shown(found.id)


@blueprint.post(f"{BASE}/<chat_id>/read")
@needs("write:chats")
async def read(chat_id: str) -> Response:
    """One has read it up to `last_read_id`."""
    found, last = await seat(chat_id), (await exact_params()).id("last_read_id")
    seq = found.last_seq if last is None else await chat_reads.seq_at(found.chat.id, last)
    await chat_marks.read(account_id(), found.chat.id, seq)
    return await _shown(found.chat.id)


@blueprint.get(f"{BASE}/<chat_id>/messages")
@needs("read:chats")
async def messages(chat_id: str) -> Response:
    """Messages, newest first."""
    found, page = await seat(chat_id), Page.read(await params(), default=PAGE, maximum=PAGE_MAX)
    _require_two(found.chat.kind)
    number = found.chat.id
    before = None
    if page.max_id is not None:
        before = await chat_reads.seq_at(number, page.max_id - 1) + 1
    after = None if page.min_id is None else await chat_reads.seq_at(number, page.min_id)
    rows = await chat_reads.messages(found, before=before, after=after, limit=page.limit or PAGE)
    if page.since_id is not None:
        rows = [row for row in rows if row["id"] > page.since_id]
    newest = rows[::-1]
    shown = entity(await pleroma_chat.messages(account_id(), newest, found.member.read_seq))
    if newest:
        link = page_link(newest[0]["id"], newest[-1]["id"], with_next=len(newest) >= page.limit)
        shown.headers["Link"] = link or ""
    return shown


@blueprint.post(f"{BASE}/<chat_id>/messages")
@needs("write:chats")
async def send(chat_id: str) -> Response:
    """Say something: `content`, `media_id`."""
    await count_for_account("posts")
    found, given = await seat(chat_id), await params()
    _require_two(found.chat.kind)
    media_id = given.text("media_id", "")
    draft = MessageDraft(
        text=given.text("content", ""),
        media_ids=(read_id(media_id),) if media_id else (),
        key=read_key(),
    )
    sent = await chat_messages.send(account_id(), found.chat.id, draft)
    return await _said(sent)


@blueprint.post(f"{BASE}/<chat_id>/messages/<message_id>/read")
@needs("write:chats")
async def read_message(chat_id: str, message_id: str) -> Response:
    """One has read it up to this message."""
    message = await _find(chat_id, message_id)
    await chat_marks.read(account_id(), message.chat_id, message.seq)
    return await _said(message)


@blueprint.delete(f"{BASE}/<chat_id>/messages/<message_id>")
@needs("write:chats")
async def delete_message(chat_id: str, message_id: str) -> Response:
    """Take back one's own message, or take one of the other off one's view. Answers what it said."""
    await count_for_account("deletes")
    message = await _find(chat_id, message_id)
    answer = await _said(message)
    act = chat_messages.delete if message.author_id == account_id() else chat_marks.hide_message
    await act(account_id(), message.chat_id, message.seq)
    return answer


async def _find(chat_id: str, message_id: str) -> ChatMessage:
    number = read_id(chat_id)
    seq = await chat_reads.seq_of(number, read_id(message_id))
    _, message = await chats.message(Viewer(account_id()), number, seq)
    return message


async def _said(message: ChatMessage) -> Response:
    place = await chats.get(Viewer(account_id()), message.chat_id)
    rows = await chat_reads.messages_at(account_id(), message.chat_id, [message.seq])
    return entity((await pleroma_chat.messages(account_id(), rows, place.member.read_seq))[0])


async def _shown(chat_id: int) -> Response:
    """Raises NotFound for a group: these routes know chats between two alone."""
    found = await pleroma_chat.many(account_id(), await chat_reads.of(account_id(), [chat_id]))
    if not found:
        raise NotFound
    return entity(found[0])


async def _wanted(rows: list[Row], given: Params) -> list[Row]:
    """Without those with people who are blocked, and with those who are muted only if that is asked."""
    other_ids = [row["other_id"] for row in rows if row["other_id"] is not None]
    unwanted = await relations.estranged(account_id(), other_ids)
    if not given.boolean("with_muted", default=False):
        known = await relations.relationships(account_id(), other_ids)
        unwanted |= {row["id"] for row in known if row["muting"]}
    return [row for row in rows if row["other_id"] not in unwanted]


def _require_two(kind: str) -> None:
    if kind != ChatKind.DIRECT:
        raise NotFound
