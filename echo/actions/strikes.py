"""Strikes: what moderators do to an account, with a word to the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import clock, db
from echo.actions import discarding, post_marks, restraints, staff
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.errors import Invalid, NotFound
from echo.events import StrikeTold
from echo.kinds import NotificationKind
from echo.kinds_of_moderation import StrikeKind
from echo.models import Post, Report, Strike, WarningPreset
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, reports
from echo.store import strikes as strike_rows

TEXT_CHARACTERS = 2000
MEANWHILE = "Something else was done to this account meanwhile. Look at that before you decide."
Kind = StrikeKind
DEEDS = {
    Kind.NONE: Deed.ACCOUNT_WARN,
    Kind.MARK_SENSITIVE: Deed.POSTS_SENSITISE,
    Kind.DELETE_POSTS: Deed.POSTS_DELETE,
    Kind.SENSITIVE: Deed.ACCOUNT_SENSITISE,
    Kind.DISABLE: Deed.ACCOUNT_FREEZE,
    Kind.SILENCE: Deed.ACCOUNT_LIMIT,
    Kind.SUSPEND: Deed.ACCOUNT_SUSPEND,
}
# They are about posts, not about all of the account.
OF_POSTS = frozenset({Kind.MARK_SENSITIVE, Kind.DELETE_POSTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeDraft:
    """What is done, and what is said to the person.

    Shapes:  report_id: that it answers; preset_id: words that go before `text`; post_ids: of the account,
             needed by kinds of `OF_POSTS`, else what the words speak of; is_told: by letter and notification;
             last_seen: the newest strike of the account that whoever decides knew of, 0 when there was none;
             None: it does not matter
    """

    kind: StrikeKind
    text: str = ""
    report_id: int | None = None
    preset_id: int | None = None
    post_ids: tuple[int, ...] = ()
    is_told: bool = True
    last_seen: int | None = None


async def give(by: Staff, target_id: int, draft: StrikeDraft) -> Strike:
    """Do something to an account. What was reported of it is settled by that, by mere words only the report
    that they answer.

    Raises:  NotFound for an account, report, preset or post that there is not; Invalid for what cannot be
             done to somebody elsewhere, for too long a text, and for what was decided meanwhile; Forbidden
    """
    target = await accounts.get(target_id)
    report = await _report(draft, target.id)
    text = await _text(draft)
    posts = await _posts(draft, target.id, report)
    details = {"text": text, "report_id": report.id if report else None}
    gone: list[int] = []
    async with staff.acting(by, DEEDS[draft.kind], on=restraints.on(target), details=details) as unit:
        target = await accounts.get_locked(target.id)
        if draft.last_seen is not None and draft.last_seen != await strike_rows.newest(target.id):
            raise Invalid(MEANWHILE)
        if report is not None:
            await _require_undecided(report)
        if draft.kind in OF_POSTS:
            posts, gone = await _do_to_posts(unit, draft.kind, posts)
        else:
            await restraints.apply(unit, target, draft.kind)
        made = await Strike.create(
            target_id=target.id,
            by_id=by.account_id,
            kind=draft.kind.value,
            text=text,
            report_id=None if report is None else report.id,
            post_ids=[post.id for post in posts],
            created_at=clock.now(),
        )
        await _settle(by, target.id, draft, report)
        if draft.is_told and not target.domain:
            unit.emit(StrikeTold(local=True, strike_id=made.id))
            await tell(unit, [target.id], NotificationKind.WARNING, target.id, object_id=made.id)
    await discarding.erase(gone)
    return made


async def _report(draft: StrikeDraft, target_id: int) -> Report | None:
    if draft.report_id is None:
        return None
    found = await Report.get_or_none(id=draft.report_id, target_id=target_id)
    if found is None:
        raise NotFound
    return found


async def _require_undecided(seen: Report) -> None:
    """One report, one decision, also of two moderators who look at it at the same time. Whoever settled it
    without a strike may still give one for it.

    Shapes:  seen: as it was before it was locked
    Raises:  Invalid
    """
    now = await reports.lock(seen.id)
    if now is None:
        raise NotFound
    if now.resolved_at is None:
        return
    if seen.resolved_at is None or await Strike.exists(report_id=seen.id):
        raise Invalid("This report has been decided already. Open it again to decide otherwise.")


async def _text(draft: StrikeDraft) -> str:
    parts = [draft.text.strip()]
    if draft.preset_id is not None:
        preset = await WarningPreset.get_or_none(id=draft.preset_id)
        if preset is None:
            raise NotFound
        parts.insert(0, preset.text)
    text = "\n\n".join(part for part in parts if part)
    if len(text) > 2 * TEXT_CHARACTERS:
        raise Invalid(f"Validation failed: Text is too long (maximum is {TEXT_CHARACTERS} characters)")
    return text


async def _posts(draft: StrikeDraft, target_id: int, report: Report | None) -> list[Post]:
    """The posts that it is about: those chosen, else those of the report."""
    wanted: Sequence[int] = draft.post_ids
    if not wanted and report is not None:
        wanted = report.post_ids
    found = await Post.filter(id__in=list(wanted), author_id=target_id, deleted_at=None).order_by("id")
    if len(found) < len(set(draft.post_ids)):
        raise NotFound
    if draft.kind in OF_POSTS and not found:
        raise Invalid("Validation failed: No posts are chosen")
    return found


async def _do_to_posts(
    unit: UnitOfWork, kind: StrikeKind, posts: Sequence[Post]
) -> tuple[list[Post], list[int]]:
    """What was changed, and the files that are to be removed after the commit."""
    changed, gone = [], []
    for post in posts:
        if kind == Kind.DELETE_POSTS:
            gone += await post_marks.take_down(unit, post)
            changed.append(post)
        elif await post_marks.mark(unit, post, is_sensitive=True):
            changed.append(post)
    return changed, gone


async def _settle(by: Staff, target_id: int, draft: StrikeDraft, report: Report | None) -> None:
    """Reports that this answers are done with."""
    if draft.kind in {Kind.NONE, *OF_POSTS}:
        settled = [] if report is None else [report.id]
    else:
        settled = await reports.open_about(target_id)
    await db.execute(
        "UPDATE reports SET resolved_at = $2, updated_at = $2, resolved_by_id = $3"
        " WHERE id = ANY($1) AND resolved_at IS NULL",
        settled,
        clock.now(),
        by.account_id,
    )
