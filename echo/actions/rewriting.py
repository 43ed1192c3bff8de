"""Drafts as policies have them rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from echo.actions.drafts import EditDraft, PostDraft, RemotePost
from echo.errors import Disallowed
from echo.kinds import Visibility
from echo.policy.pipeline.verdicts import Action, Change, Verdict


def require_allowed(verdict: Verdict) -> None:
    """Raises:  Disallowed, with the reason, when policies reject it"""
    if verdict.action == Action.REJECT:
        raise Disallowed(verdict.reason, detail=f"{verdict.decisive.policy}: {verdict.decisive.found}")


def draft(given: PostDraft, verdict: Verdict) -> PostDraft:
    """A post of somebody here. Who is told is not part of its draft.

    Raises:  Disallowed when it is rejected, or nothing is left of it
    """
    require_allowed(verdict)
    changes = verdict.changes
    if Change.DROP_FILES in changes and given.media_ids:
        if not given.text.strip():
            raise Disallowed(verdict.reason)
        blocks = given.blocks and tuple(block for block in given.blocks if block.media_id is None)
        given = replace(given, media_ids=(), blocks=blocks)
    return replace(
        given,
        spoiler=_warning(given.spoiler, verdict),
        sensitive=given.sensitive or bool(changes & {Change.WARN, Change.SENSITIVE}),
        visibility=_visibility(given.visibility, verdict),
    )


def drops_files(verdict: Verdict, text: str, files: Sequence[object]) -> bool:
    """Whether a message of a chat goes without its files; nothing else of it can be changed.

    Raises:  Disallowed when it is rejected, or nothing is left of it
    """
    require_allowed(verdict)
    is_dropped = Change.DROP_FILES in verdict.changes and bool(files)
    if is_dropped and not text.strip():
        raise Disallowed(verdict.reason)
    return is_dropped


def edit(given: EditDraft, verdict: Verdict) -> EditDraft:
    """An edit of somebody here; how far a post reaches does not change with it. Raises Disallowed."""
    require_allowed(verdict)
    changes = verdict.changes
    if Change.DROP_FILES in changes:
        blocks = given.blocks and tuple(block for block in given.blocks if block.media_id is None)
        given = replace(given, media_ids=(), files=(), blocks=blocks)
    return replace(
        given,
        spoiler=_warning(given.spoiler, verdict),
        sensitive=given.sensitive or bool(changes & {Change.WARN, Change.SENSITIVE}),
    )


def remote(given: RemotePost, verdict: Verdict) -> RemotePost:
    """A post of elsewhere. Those who are not told may still read it. Raises Disallowed."""
    require_allowed(verdict)
    changes = verdict.changes
    if Change.UNTELL in changes:
        silent = (*given.silent_ids, *given.mentioned_ids)
        given = replace(given, mentioned_ids=(), silent_ids=silent)
    return replace(
        given,
        media=() if Change.DROP_FILES in changes else given.media,
        spoiler=_warning(given.spoiler, verdict),
        sensitive=given.sensitive or bool(changes & {Change.WARN, Change.SENSITIVE}),
        visibility=_visibility(given.visibility, verdict),
    )


def _warning(spoiler: str, verdict: Verdict) -> str:
    return spoiler or (verdict.warning if Change.WARN in verdict.changes else "")


def _visibility(asked: Visibility, verdict: Verdict) -> Visibility:
    is_kept_off = Change.UNLIST in verdict.changes and asked == Visibility.PUBLIC
    return Visibility.UNLISTED if is_kept_off else asked
