"""`echoctl chats`: logs of chats, and what follows from them. What is said in them is shown to nobody."""

from __future__ import annotations

from cyclopts import App

from echo.actions import chat_rebuilding
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit
from echo.errors import NotFound
from echo.store import chat_log, chat_reads, chats

app = App(name="chats", help="Logs of chats, and what follows from them.")


@app.command(name="list")
async def list_(*, limit: Limit = 100, common: Common = Common()) -> None:
    """Chats by when the last message came, with numbers of members, messages and events.

    Parameters
    ----------
    limit: Most rows.
    """
    async with opened(common):
        rows = [
            {name: row[name] for name in ("id", "kind", "local", "members", "messages", "events", "last_at")}
            for row in await chat_reads.listing(limit)
        ]
    say(common, rows, table(rows, empty="no chats"))


@app.command
async def rebuild(chat_id: Id | None = None, *, common: Common = Common()) -> None:
    """Make messages, reactions and members anew from the log: of one chat, or of all.

    Says of how many that changed anything: of none, if all is well.
    """
    async with opened(common):
        if chat_id is not None and await chats.find_for_worker(chat_id) is None:
            raise NotFound(f"There is no chat {chat_id}")
        wanted = [chat_id] if chat_id is not None else [row["id"] for row in await chat_log.every_id()]
        done = [await chat_rebuilding.rebuild(one) for one in wanted]
    changed = [one.chat_id for one in done if one.changed]
    document = {"chats": len(done), "events": sum(one.events for one in done), "changed": changed}
    say(common, document, f"{len(done)} chats, {document['events']} events; changed: {len(changed)}")
