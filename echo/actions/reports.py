"""Reports: made here, received from elsewhere, settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import clock, db
from echo.actions.notify import tell_staff
from echo.db import UnitOfWork
from echo.errors import Invalid, NotFound
from echo.events import ReportForwarded, ReportMade
from echo.kinds import NotificationKind, ReportCategory
from echo.models import Account, Report
from echo.policy.roles import Permission
from echo.policy.viewer import Viewer
from echo.store import accounts, reports

COMMENT_CHARACTERS = 1000
# Longer texts of other servers are cut.
REMOTE_COMMENT_CHARACTERS = 5000
IDS_MAX = 1000
HOSTS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What somebody here reports.

    Shapes:  post_ids: of the target; rule_ids: of house rules that there are;
             forward_hosts: handle hosts to forward it to, none: to the target's when `forward`
    """

    target_id: int
    comment: str = ""
    category: ReportCategory = ReportCategory.OTHER
    post_ids: tuple[int, ...] = ()
    rule_ids: tuple[str, ...] = ()
    collection_ids: tuple[int, ...] = ()
    forward: bool = False
    forward_hosts: tuple[str, ...] = ()


async def report(reporter_id: int, draft: ReportDraft) -> Report:
    """Report somebody to the moderators, and to their own server if that is wanted.

    Raises:  NotFound for an account, a post or a collection that is unknown, not theirs or not readable;
             Invalid
    """
    _check(draft)
    target = await accounts.get(draft.target_id)
    if target.suspended_at is not None:
        raise NotFound
    wanted = sorted(set(draft.post_ids))
    if await reports.readable_posts(Viewer(reporter_id), target.id, wanted) != wanted:
        raise NotFound
    asked = sorted(set(draft.collection_ids))
    if await reports.readable_collections(Viewer(reporter_id), target.id, asked) != asked:
        raise NotFound
    hosts = _hosts(target, draft)
    now = clock.now()
    async with db.unit_of_work() as unit:
        made = await Report.create(
            reporter_id=reporter_id,
            target_id=target.id,
            category=draft.category.value,
            comment=draft.comment,
            post_ids=wanted,
            rule_ids=list(draft.rule_ids) if draft.category == ReportCategory.VIOLATION else [],
            collection_ids=asked,
            forwarded=bool(hosts),
            forward_hosts=hosts,
            created_at=now,
            updated_at=now,
        )
        await _tell(unit, made)
        if hosts:
            unit.emit(ReportForwarded(local=True, report_id=made.id))
    return made


async def receive(reporter: Account, target_id: int, uri: str, comment: str, posts: Sequence[str]) -> bool:
    """Keep a report of another server about somebody here; False when it is known.

    Shapes:  posts: ActivityPub ids; those that are not the target's, or not for that server, are left out
    """
    now = clock.now()
    async with db.unit_of_work() as unit:
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", f"{uri} {target_id}")
        if uri and await Report.exists(uri=uri, target_id=target_id):
            return False
        made = await Report.create(
            uri=uri,
            reporter_id=reporter.id,
            target_id=target_id,
            category=ReportCategory.OTHER.value,
            comment=comment[:REMOTE_COMMENT_CHARACTERS],
            post_ids=await reports.posts_of(target_id, posts[:IDS_MAX], known_to=reporter.host),
            created_at=now,
            updated_at=now,
        )
        await _tell(unit, made)
    return True


def _check(draft: ReportDraft) -> None:
    if len(draft.comment) > COMMENT_CHARACTERS:
        raise Invalid(f"Validation failed: Comment is too long (maximum is {COMMENT_CHARACTERS} characters)")
    if max(len(draft.post_ids), len(draft.rule_ids), len(draft.collection_ids)) > IDS_MAX:
        raise Invalid(f"Validation failed: At most {IDS_MAX} ids")
    if len(draft.forward_hosts) > HOSTS_MAX:
        raise Invalid(f"Validation failed: At most {HOSTS_MAX} servers")


def _hosts(target: Account, draft: ReportDraft) -> list[str]:
    """Where a report is forwarded to: only when its target is elsewhere and that is wanted."""
    if not target.domain or not draft.forward:
        return []
    return sorted({host.lower() for host in draft.forward_hosts} or {target.domain})


async def _tell(unit: UnitOfWork, made: Report) -> None:
    """Tell the moderators, once for all reports about somebody that wait; programs of theirs of each."""
    unit.emit(ReportMade(local=not made.uri, report_id=made.id))
    if not await reports.is_open_about(made.target_id, made.id):
        await tell_staff(
            unit, Permission.MANAGE_REPORTS, NotificationKind.REPORT, made.reporter_id, object_id=made.id
        )
