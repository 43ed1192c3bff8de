"""Keeping back what a policy holds until a moderator decides."""

from __future__ import annotations

from echo.actions import judging, rewriting
from echo.actions.composing import Composed
from echo.actions.drafts import EditDraft, RemotePost
from echo.errors import HeldBack
from echo.kinds import HeldKind
from echo.models import Account, Post
from echo.policy.pipeline.verdicts import Action, Verdict
from echo.store import policies
from echo.text.sanitize import to_text


async def judged(author: Account, draft: RemotePost, *, is_edit: bool = False) -> RemotePost:
    """A post of elsewhere as policies have it. Call it outside of a transaction: what is held stays held.

    Raises:  Disallowed, HeldBack
    """
    verdict = await judging.judge_remote(author, draft, is_edit=is_edit)
    draft = rewriting.remote(draft, verdict)
    if verdict.action != Action.HOLD:
        return draft
    await policies.hold(
        (HeldKind.REMOTE_EDIT if is_edit else HeldKind.REMOTE_POST).value,
        author.id,
        draft,
        text=to_text(draft.html),
        policy=verdict.decisive.policy,
        found=verdict.decisive.found,
        uri=draft.uri,
    )
    raise HeldBack(detail=f"{draft.uri}: {verdict.decisive.policy}: {verdict.decisive.found}")


async def keep_post(post: Post, verdict: Verdict) -> None:
    """A post of somebody here is stored, and waits; in the unit of work that stores it."""
    await policies.hold(
        HeldKind.POST.value,
        post.author_id,
        None,
        text=to_text(post.html),
        policy=verdict.decisive.policy,
        found=verdict.decisive.found,
        post_id=post.id,
    )


async def keep_edit(post: Post, draft: EditDraft, verdict: Verdict, composed: Composed) -> None:
    """A post of somebody here shall say something else."""
    await policies.hold(
        HeldKind.EDIT.value,
        post.author_id,
        rewriting.edit(draft, verdict),
        text=to_text(composed.html),
        policy=verdict.decisive.policy,
        found=verdict.decisive.found,
        post_id=post.id,
    )


async def keep_message(author_id: int, chat_id: int, draft: object, verdict: Verdict, text: str) -> None:
    """Somebody wants to say something in a chat.

    Shapes:  draft: `echo.actions.chat_messages.MessageDraft`
    """
    await policies.hold(
        HeldKind.MESSAGE.value,
        author_id,
        draft,
        text=text,
        policy=verdict.decisive.policy,
        found=verdict.decisive.found,
        chat_id=chat_id,
    )
