"""What policies say of something that comes in. Without a policy that looks at it this costs nothing; rows
are read again every few seconds, and compiled when they have changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import cast

from echo import cache, clock, ids, ports
from echo.actions import sayings
from echo.actions.composing import Composed
from echo.actions.drafts import EditDraft, PostDraft, RemotePost
from echo.errors import EchoError, Invalid
from echo.kinds import Visibility
from echo.models import Account, Media, Policy, Post
from echo.policy import seals
from echo.policy.pipeline import catalogue
from echo.policy.pipeline.chain import Chain, Link
from echo.policy.pipeline.said import Door, Said
from echo.policy.pipeline.verdicts import ACCEPTED, Verdict
from echo.store import accounts, interest, policies

log = logging.getLogger(__name__)
# A change reaches every process within this time.
REMEMBERED_SECONDS = 5.0


class Known:
    """`Facts` from rows, each asked for once."""

    def __init__(self) -> None:
        self._trusted: bool | None = None

    async def known_hours(self, said: Said) -> float:
        """Ids are made in order of time: that of the row tells when the account was first seen."""
        return (clock.now() - ids.moment_of(said.author_id)).total_seconds() / 3600

    async def is_trusted(self, said: Said) -> bool:
        if self._trusted is None:
            ask = interest.is_followed if said.door == Door.REMOTE else policies.is_followed
            self._trusted = await ask(said.author_id)
        return self._trusted

    async def strangers(self, said: Said) -> int:
        return await policies.strangers_among(said.author_id, said.mentioned_ids)

    async def others_who_said(self, said: Said, fingerprint: str, hours: int) -> int:
        return await policies.count_sayer(fingerprint, said.author_id, hours)

    async def ask(self, url: str, headers: dict[str, str], body: bytes, seconds: float) -> bytes | None:
        try:
            async with asyncio.timeout(seconds):
                reply = await ports.caller()("POST", url, headers=headers, body=body)
        except (EchoError, TimeoutError) as error:
            log.warning("hook %s: %s", url, error or "no answer in time")
            return None
        return reply.body if reply.status == 200 else None


async def chain() -> Chain:
    """The policies that are on. Raises Unavailable when they cannot be read."""
    known = cast("Chain | None", cache.memory().recall("policies", "now"))
    if known is None:
        known = await _read()
        cache.memory().keep("policies", "now", known, seconds=REMEMBERED_SECONDS)
    return known


def forget() -> None:
    """A policy has changed: this process reads them anew at once."""
    cache.memory().forget("policies", lambda _: True)


async def _read() -> Chain:
    stamp = await policies.stamp()
    made = cast("Chain | None", cache.memory().recall("policies", stamp))
    if made is None:
        made = Chain([link for row in await policies.every() if row.enabled and (link := link_of(row))])
        cache.memory().keep("policies", stamp, made, seconds=3600.0)
    return made


def link_of(row: Policy) -> Link | None:
    """A row made ready; None where its kind or settings are not known any more, which is logged."""
    kind = catalogue.KINDS.get(row.kind)
    if kind is None:
        log.error("policy %s is of an unknown kind: %s", row.id, row.kind)
        return None
    values = dict(row.settings)
    for name in catalogue.secrets_of(kind):
        if values.get(name):
            values[name] = seals.unseal(str(values[name]))
    try:
        settings = catalogue.read(kind, values)
    except Invalid as error:
        log.error("policy %s: %s", row.id, error)
        return None
    return Link(
        policy_id=row.id,
        name=row.name,
        doors=frozenset(Door(door) for door in row.doors),
        only_hosts=frozenset(row.only_hosts),
        except_hosts=frozenset(row.except_hosts),
        settings=settings,
        find=kind.prepare(settings),
    )


async def judge_draft(author_id: int, draft: PostDraft, composed: Composed) -> Verdict:
    """What policies say of a new post of somebody here."""
    links = await chain()
    if links.is_idle(Door.LOCAL):
        return ACCEPTED
    said = sayings.of_local(
        Door.LOCAL,
        await accounts.get(author_id),
        composed,
        more=(draft.spoiler, *(draft.poll.options if draft.poll else ())),
        files=await Media.filter(id__in=list(draft.media_ids)),
        visibility=draft.visibility,
        is_reply=draft.in_reply_to_id is not None,
    )
    return await links.judge(said, Known())


async def judge_edit(post: Post, draft: EditDraft, composed: Composed) -> Verdict:
    """What policies say of what a post of somebody here shall say from now on."""
    links = await chain()
    if links.is_idle(Door.LOCAL):
        return ACCEPTED
    media_ids = post.media_ids if draft.media_ids is None else draft.media_ids
    described = [file.description for file in draft.files if file.description]
    said = sayings.of_local(
        Door.LOCAL,
        await accounts.get(post.author_id),
        composed,
        more=(draft.spoiler, *(draft.poll.options if draft.poll else ()), *described),
        files=await Media.filter(id__in=list(media_ids)),
        visibility=Visibility(post.visibility),
        is_reply=post.in_reply_to_id is not None,
        is_edit=True,
    )
    return await links.judge(said, Known())


async def judge_message(
    author_id: int, composed: Composed, media_ids: Sequence[int], *, is_edit: bool = False
) -> Verdict:
    """What policies say of a message of somebody in a chat of this server."""
    links = await chain()
    if links.is_idle(Door.CHAT):
        return ACCEPTED
    said = sayings.of_local(
        Door.CHAT,
        await accounts.get(author_id),
        composed,
        files=await Media.filter(id__in=list(media_ids)),
        visibility=Visibility.DIRECT,
        is_edit=is_edit,
    )
    return await links.judge(said, Known())


async def judge_remote(author: Account, draft: RemotePost, *, is_edit: bool = False) -> Verdict:
    """What policies say of a post of elsewhere."""
    links = await chain()
    if links.is_idle(Door.REMOTE):
        return ACCEPTED
    return await links.judge(sayings.of_remote(author, draft, is_edit=is_edit), Known())
