"""Whether an answer or a boost by somebody elsewhere is allowed by the author elsewhere of the other post.

What the author leaves to everybody, or to those whom the post names, needs no proof. All else needs their
word, at an address on their own server: whom they follow, and who follows them, only that one knows.

Source:  GoToSocial's interaction policies; federation.md 3.5
"""

from __future__ import annotations

from dataclasses import replace

from activitypub.objects import Note
from echo.actions import permissions as permission_actions
from echo.kinds import Held
from echo.models import Account, Post
from echo.policy.interacting import Interaction, Leave, leave_to
from echo.store import accounts, permissions, posts
from federation import stamps
from federation.errors import FederationError, Unreachable
from federation.stamps import Claim


async def answer(note: Note, author: Account, parent: Post | None) -> tuple[Held, str]:
    """Whether an answer is shown, and the proof that it may be; what has none is kept, and shown to nobody.

    Raises:  Unreachable when the proof cannot be asked for now
    """
    if parent is None or await _is_free(author, parent, Interaction.REPLY):
        return Held.NOT, ""
    proof = note.reply_authorization
    if proof is not None and await _is_allowed(proof, note.id, parent, stamps.ANSWER):
        return Held.NOT, proof
    return Held.WAITING, ""


async def may_boost(uri: str, proof: str | None, booster: Account, post: Post) -> bool:
    """Whether somebody elsewhere may boost a post, or has a proof of it.

    Raises:  Unreachable when the proof cannot be asked for now
    """
    if await _is_free(booster, post, Interaction.BOOST):
        return True
    return proof is not None and await _is_allowed(proof, uri, post, stamps.BOOST)


async def look_again(post: Post, note: Note) -> bool:
    """See whether an answer that is known may be shown: its parent, its policy or its proof are new.

    Returns: whether that is otherwise than before
    Raises:  Unreachable when the proof cannot be asked for now
    """
    if post.local or post.in_reply_to_id is None or post.held == Held.REFUSED:
        return False
    author, parent = (
        await accounts.get(post.author_id),
        await posts.get_unscoped_for_worker(post.in_reply_to_id),
    )
    held, proof = await answer(note, author, parent)
    return await permission_actions.receive_standing(post.id, held, proof)


async def _is_free(who: Account, post: Post, interaction: Interaction) -> bool:
    if post.local or post.interaction_policy is None or post.author_id == who.id:
        return True
    # Who follows whom elsewhere is not known here, and what is known may be over.
    known = replace(await permissions.closeness(who, post), is_follower=False, is_followed=False)
    return leave_to(interaction, post.interaction_policy, known) == Leave.YES


async def _is_allowed(proof: str, uri: str, post: Post, kinds: tuple[str, ...]) -> bool:
    author = await accounts.get(post.author_id)
    claim = Claim(quoting=uri, quoted=post.uri, author=author.uri)
    try:
        return await stamps.holds(proof, claim, kinds=kinds)
    except Unreachable:
        raise
    except FederationError:
        return False
