"""Emojis that people put under posts.

Other servers are told of the first one as a Like with content, so that those who know no emojis show a like,
and of further ones as EmojiReact (FEP-c0e0).
"""

from __future__ import annotations

from dataclasses import dataclass

from echo import addresses, clock, db
from echo.actions import chats, permissions
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.errors import Invalid
from echo.events import Acted, Reacted, Unreacted
from echo.kinds import NotificationKind
from echo.models import Account, CustomEmoji, Post, Reaction
from echo.policy.interacting import Interaction
from echo.policy.viewer import Viewer
from echo.store import counters, notifications, posts, reactions, remote_files, server_blocks
from echo.text.emojis import as_picture, is_character

_NAME_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An emoji as another server names it: a character, or a shortcode with the address of its picture."""

    name: str
    url: str = ""


async def react(account_id: int, post_id: int, emoji: str) -> Post:
    """Put an emoji under a post; the same again changes nothing.

    Shapes:  emoji: a character, `shortcode`, `:shortcode:`, or `shortcode@domain` of one that is there
    Raises:  NotFound when the post may not be read; Invalid for what is no emoji, and for too many
    """
    async with db.unit_of_work() as unit:
        post = await posts.get_original(Viewer(account_id), post_id)
        await permissions.require(account_id, post, Interaction.LIKE)
        await chats.require_no_block(await chats.hold(post), account_id)
        there = await reactions.names(post.id)
        name = await _chosen(emoji, there)
        mine = await reactions.own(account_id, post.id)
        if any(known.name == name for known in mine):
            return post
        _require_room(name, there, len(mine))
        made = Reaction(
            post_id=post.id,
            account_id=account_id,
            name=name,
            url=there.get(name, ""),
            as_like=not await reactions.has_like(account_id, post.id),
            created_at=clock.now(),
        )
        made_id = await _insert(unit, made, post)
        if made_id is not None:
            uri = addresses.here().activity("reaction", made_id)
            await Reaction.filter(id=made_id).update(uri=uri)
            unit.emit(Reacted(local=True, reaction_id=made_id))
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def unreact(account_id: int, post_id: int, emoji: str) -> Post:
    """Take an emoji back; nothing happens without one. The post may be unreadable by now."""
    async with db.unit_of_work() as unit:
        name = spelled(emoji)
        known = await reactions.find(account_id, post_id, name)
        if known is None:
            post = await posts.get_original(Viewer(account_id), post_id)
            known = await reactions.find(account_id, post.id, name)
        else:
            post = await posts.get_unscoped_for_worker(post_id)
        if known is not None:
            await _take_away(unit, known, local=True)
    return post


async def receive(account: Account, post_id: int, sign: Sign, *, uri: str, as_like: bool) -> bool:
    """Store an emoji from elsewhere; False when it is known, was undone or the post is not theirs to see.

    Of those that come as a Like there is one for each person: a new one takes the place of the old (Misskey).

    Raises:  Invalid when there are too many
    """
    async with db.unit_of_work() as unit:
        post = await posts.find(Viewer(account.id), post_id)
        if post is None or (uri and await posts.is_buried(uri, account.id)):
            return False
        await chats.hold(post)
        there = await reactions.names(post.id)
        name, url = await _received(account, sign, there)
        mine = await reactions.own(account.id, post.id)
        if any(known.name == name for known in mine):
            return False
        replaced = [known for known in mine if known.as_like] if as_like else []
        _require_room(name, there, len(mine) - len(replaced))
        for known in replaced:
            await _take_away(unit, known, local=False)
        made = Reaction(
            post_id=post.id,
            account_id=account.id,
            name=name,
            url=url,
            uri=uri,
            as_like=as_like,
            created_at=clock.now(),
        )
        if url:
            await remote_files.know([url], are_emojis=True)
        made_id = await _insert(unit, made, post)
        if made_id is not None:
            unit.emit(Reacted(local=False, reaction_id=made_id))
    return made_id is not None


async def receive_undo(
    account: Account, *, uri: str = "", post_id: int | None = None, sign: Sign | None = None
) -> bool:
    """Take back an emoji of somebody elsewhere: by its id, by itself, or the one that came as a Like."""
    async with db.unit_of_work() as unit:
        known = await Reaction.get_or_none(uri=uri, account_id=account.id) if uri else None
        if known is None and post_id is not None:
            known = await _meant(account, post_id, sign)
        if uri:
            await posts.bury(uri, account.id)
        if known is None:
            return False
        return await _take_away(unit, known, local=False)


async def _meant(account: Account, post_id: int, sign: Sign | None) -> Reaction | None:
    if sign is None:
        return await Reaction.filter(account_id=account.id, post_id=post_id, as_like=True).first()
    name, _ = await _received(account, sign, await reactions.names(post_id))
    return await reactions.find(account.id, post_id, name)


def _require_room(name: str, there: dict[str, str], own_count: int) -> None:
    if own_count >= reactions.OWN_MAX:
        raise Invalid("Validation failed: Limit of reactions reached")
    if name not in there and len(there) >= reactions.NAMES_MAX:
        raise Invalid("Validation failed: Limit of different reactions reached")


def spelled(emoji: str) -> str:
    """The one name of an emoji that clients write in several ways."""
    return as_picture(emoji) if is_character(emoji) else emoji.strip(":")


async def _chosen(emoji: str, there: dict[str, str]) -> str:
    """The emoji that somebody here means. Raises Invalid."""
    name = spelled(emoji)
    if is_character(name) or name in there or await CustomEmoji.exists(shortcode=name):
        return name
    raise Invalid("Validation failed: Name is not a recognized emoji")


async def _received(account: Account, sign: Sign, there: dict[str, str]) -> tuple[str, str]:
    """Name and picture of an emoji from elsewhere.

    Of a picture that is under the post already it is one more. Else it is called after the server of who put
    it there: that alone is proved, wherever the picture lies.
    """
    if not sign.url:
        return as_picture(sign.name), ""
    if (await server_blocks.rules_for(account.host)).reject_media:
        raise Invalid(detail=f"no pictures are taken from {account.host}")
    ours = await CustomEmoji.get_or_none(shortcode=sign.name)
    if ours is not None and addresses.here().file(ours.file_key) == sign.url:
        return sign.name, ""
    for name, url in there.items():
        if url == sign.url and name.partition("@")[0] == sign.name:
            return name, url
    return f"{sign.name}@{account.domain or account.host}"[:_NAME_CHARACTERS], sign.url


async def _insert(unit: UnitOfWork, made: Reaction, post: Post) -> int | None:
    made_id = await reactions.insert(made)
    if made_id is None:
        return None
    message = await chats.hold(post)
    await chats.reacted(unit, message, made.account_id, made.name, made.url, is_there=True)
    await counters.count_post_use("reactions", post.id, 1)
    await tell(unit, [post.author_id], NotificationKind.REACTION, made.account_id, post.id, object_id=made_id)
    return made_id


async def _take_away(unit: UnitOfWork, known: Reaction, *, local: bool) -> bool:
    """Delete one and what was told of it; False when somebody was faster."""
    message = await chats.hold(await posts.get_unscoped_for_worker(known.post_id))
    if not await Reaction.filter(id=known.id).delete():
        return False
    await chats.reacted(unit, message, known.account_id, known.name, known.url, is_there=False)
    await counters.count_post_use("reactions", known.post_id, -1)
    await notifications.delete_about_object(known.account_id, NotificationKind.REACTION, known.id)
    if local:
        unit.emit(Acted(local=True, account_id=known.account_id, post_id=known.post_id))
    unit.emit(
        Unreacted(
            local=local,
            account_id=known.account_id,
            post_id=known.post_id,
            name=known.name,
            url=known.url,
            uri=known.uri,
            as_like=known.as_like,
        )
    )
    return True
