"""THE table: what follows from each event.

`jobs` always follow; `local_jobs` only when somebody here did it. Jobs are written in the transaction of the
change, so they cannot be lost; their names are functions that `workers` registers. `live` is said to the
streaming processes right after the commit and may be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from echo import events
from echo.events import Event
from echo.kinds import Lane
from echo.kinds_of_webhooks import WebhookEvent


@dataclass(frozen=True, slots=True)
class Effects:
    jobs: tuple[str, ...] = ()
    local_jobs: tuple[str, ...] = ()
    live: str = ""


EFFECTS: dict[type[Event], Effects] = {
    events.PostPublished: Effects(
        jobs=("timelines.add_post", "search.keep_post"),
        local_jobs=("federation.send_post", "webhooks.post_published"),
    ),
    # No search finds a boost.
    events.PostBoosted: Effects(
        jobs=("timelines.add_post",), local_jobs=("federation.send_post", "webhooks.post_published")
    ),
    events.PostEdited: Effects(
        jobs=("timelines.show_edit", "search.keep_post"),
        local_jobs=("federation.send_edit", "webhooks.post_edited"),
    ),
    events.PostDeleted: Effects(
        jobs=("timelines.remove_post", "search.remove_post"), local_jobs=("federation.send_delete",)
    ),
    events.PostPinned: Effects(local_jobs=("federation.send_pin",)),
    events.PostUnpinned: Effects(local_jobs=("federation.send_unpin",)),
    events.PolicyChanged: Effects(local_jobs=("federation.send_edit",)),
    events.QuoteAsked: Effects(local_jobs=("federation.send_quote_request",)),
    events.QuoteAnswered: Effects(local_jobs=("federation.send_quote_answer",)),
    events.QuoteChanged: Effects(jobs=("timelines.show_edit",), local_jobs=("federation.send_edit",)),
    events.QuoteRevoked: Effects(local_jobs=("federation.send_quote_end",)),
    events.Liked: Effects(local_jobs=("federation.send_like",)),
    events.Unliked: Effects(local_jobs=("federation.send_unlike",)),
    events.Reacted: Effects(local_jobs=("federation.send_reaction",)),
    events.Unreacted: Effects(local_jobs=("federation.send_unreaction",)),
    events.Approved: Effects(local_jobs=("federation.send_edit",)),
    events.InteractionAnswered: Effects(local_jobs=("federation.send_interaction_answer",)),
    events.Voted: Effects(local_jobs=("federation.send_votes",)),
    events.PollCounted: Effects(jobs=("timelines.show_counts",), local_jobs=("federation.send_counts",)),
    events.FollowAsked: Effects(local_jobs=("federation.send_follow",)),
    events.FollowAccepted: Effects(jobs=("timelines.merge",), local_jobs=("federation.send_accept",)),
    events.FollowChanged: Effects(jobs=("timelines.merge",)),
    events.FollowEnded: Effects(jobs=("timelines.unmerge",), local_jobs=("federation.send_unfollow",)),
    events.FollowRejected: Effects(jobs=("timelines.unmerge",), local_jobs=("federation.send_reject",)),
    events.FollowersDiffer: Effects(jobs=("federation.mend_followers",)),
    events.Blocked: Effects(jobs=("timelines.separate",), local_jobs=("federation.send_block",)),
    events.Unblocked: Effects(jobs=("timelines.separate",), local_jobs=("federation.send_unblock",)),
    events.Muted: Effects(jobs=("timelines.hide_muted",)),
    events.Unmuted: Effects(jobs=("timelines.show_unmuted",)),
    events.TagsChosen: Effects(jobs=("timelines.change_tags",)),
    events.TagFeatured: Effects(local_jobs=("federation.send_featured_tag",)),
    events.TagUnfeatured: Effects(local_jobs=("federation.send_unfeatured_tag",)),
    events.DomainAvoided: Effects(jobs=("timelines.avoid_domain", "accounts.leave_domain")),
    events.DomainWelcomed: Effects(jobs=("timelines.avoid_domain",)),
    events.LinksChanged: Effects(local_jobs=("federation.verify_links",)),
    events.AccountMoved: Effects(jobs=("accounts.move_followers",), local_jobs=("federation.send_move",)),
    events.LinkFound: Effects(jobs=("cards.look",)),
    events.FiltersChanged: Effects(live="filters"),
    events.ListChanged: Effects(jobs=("timelines.change_list",)),
    events.ListRemoved: Effects(jobs=("timelines.drop_list",), live="list"),
    events.FileUploaded: Effects(jobs=("media.process",)),
    events.ImageUploaded: Effects(jobs=("media.convert",)),
    events.AccountChanged: Effects(
        jobs=("search.change_author",),
        local_jobs=("federation.send_profile", "webhooks.account_changed"),
    ),
    events.AccountDeleted: Effects(
        jobs=("accounts.erase", "search.remove_author"), local_jobs=("federation.send_goodbye",)
    ),
    events.Notified: Effects(live="notification"),
    events.PushDue: Effects(jobs=("push.send",)),
    events.LetterDue: Effects(jobs=("letters.tell",)),
    events.DigestDue: Effects(jobs=("letters.digest",)),
    events.NotificationsMerged: Effects(live="merged"),
    events.NoticesTakenBack: Effects(live="notices"),
    events.ConversationChanged: Effects(live="conversation"),
    events.ChatChanged: Effects(live="chat"),
    events.ChatMarked: Effects(live="chat"),
    events.MessageHidden: Effects(live="chat"),
    events.WishRefused: Effects(live="chat"),
    events.Met: Effects(live="met"),
    events.Acted: Effects(live="acted"),
    events.Related: Effects(live="relation"),
    events.OwnChanged: Effects(live="own"),
    events.PresenceChosen: Effects(local_jobs=("presence.tell",)),
    events.GroupMarked: Effects(local_jobs=("federation.send_chat_marks",)),
    events.GroupTold: Effects(local_jobs=("federation.send_chat_event",)),
    events.CopyDoubted: Effects(local_jobs=("federation.compare_chat",)),
    events.GroupWished: Effects(local_jobs=("federation.send_chat_wish",)),
    events.RelayAsked: Effects(local_jobs=("federation.send_relay_follow",)),
    events.RelayFollowed: Effects(local_jobs=("federation.send_relay_accept",)),
    events.RelayLeft: Effects(local_jobs=("federation.send_relay_undo",)),
    events.ThreadsJoined: Effects(jobs=("threads.join_again",)),
    events.ThreadOpened: Effects(jobs=("threads.fetch",)),
    events.ParentMissed: Effects(jobs=("threads.fetch_parents",)),
    events.ReportForwarded: Effects(local_jobs=("federation.send_report",)),
    events.AccountSuspended: Effects(jobs=("accounts.part_from",)),
    events.StrikeTold: Effects(jobs=("mail.strike",)),
    events.AppealMade: Effects(jobs=("mail.appeal",)),
    events.AppealDecided: Effects(jobs=("mail.appeal_answer",)),
    events.RoomChanged: Effects(live="room"),
    events.RoomEnded: Effects(jobs=("rooms.close",)),
    events.RoomMemberChanged: Effects(jobs=("rooms.apply",)),
    events.RoomShown: Effects(jobs=("timelines.show_edit",)),
    events.PersonAdmitted: Effects(jobs=("accounts.follow_inviter",)),
    events.BlockListAgreed: Effects(jobs=("servers.apply_list",)),
    events.BlockListDue: Effects(jobs=("servers.read_list",)),
    events.BlockListEnded: Effects(jobs=("servers.end_list",)),
    events.ServerBlocked: Effects(jobs=("servers.sever", "servers.settle_files")),
    events.AnnouncementChanged: Effects(live="announcement"),
    events.AnnouncementRemoved: Effects(live="announcement"),
    events.AnnouncementReacted: Effects(live="announcement"),
    events.HeldAccepted: Effects(jobs=("held.take_in",)),
    events.AccessEnded: Effects(live="access"),
    events.MailAsked: Effects(jobs=("mail.send",)),
    events.ImportAsked: Effects(jobs=("imports.work",)),
    events.PastBrought: Effects(jobs=("imports.bring_past",)),
    events.PastPostKept: Effects(jobs=("search.keep_post",)),
    events.PersonSignedUp: Effects(jobs=("webhooks.signed_up",)),
    events.PersonLetIn: Effects(jobs=("webhooks.let_in",)),
    events.ReportMade: Effects(jobs=("webhooks.report_made",)),
    events.ReportChanged: Effects(jobs=("webhooks.report_changed",)),
    events.WebhookDue: Effects(jobs=("webhooks.send",)),
    events.ArchiveAsked: Effects(jobs=("archives.build",)),
}

# Jobs that are written only where a program of the operator wants to be told of this.
TOLD: dict[str, WebhookEvent] = {
    "webhooks.signed_up": WebhookEvent.ACCOUNT_CREATED,
    "webhooks.let_in": WebhookEvent.ACCOUNT_APPROVED,
    "webhooks.account_changed": WebhookEvent.ACCOUNT_UPDATED,
    "webhooks.report_made": WebhookEvent.REPORT_CREATED,
    "webhooks.report_changed": WebhookEvent.REPORT_UPDATED,
    "webhooks.post_published": WebhookEvent.STATUS_CREATED,
    "webhooks.post_edited": WebhookEvent.STATUS_UPDATED,
}

# Jobs that are not quick, and where they wait.
LANES: dict[str, Lane] = {
    "media.process": Lane.SLOW,
    "media.convert": Lane.OUTSIDE,  # each waits for its turn, and none behind a film
    "cards.look": Lane.OUTSIDE,
    "federation.mend_followers": Lane.OUTSIDE,
    "federation.compare_chat": Lane.OUTSIDE,
    "threads.fetch": Lane.OUTSIDE,
    "threads.fetch_parents": Lane.OUTSIDE,
    "servers.read_list": Lane.OUTSIDE,
    "servers.apply_list": Lane.OUTSIDE,
    "servers.end_list": Lane.OUTSIDE,
    "federation.verify_links": Lane.OUTSIDE,
    "push.send": Lane.OUTSIDE,
    "webhooks.send": Lane.OUTSIDE,
    "mail.send": Lane.OUTSIDE,
    "imports.work": Lane.OUTSIDE,
    "imports.bring_past": Lane.SLOW,
    "archives.build": Lane.SLOW,
    "mail.strike": Lane.OUTSIDE,
    "mail.appeal": Lane.OUTSIDE,
    "mail.appeal_answer": Lane.OUTSIDE,
    "held.take_in": Lane.OUTSIDE,
    "rooms.close": Lane.OUTSIDE,
    "rooms.apply": Lane.OUTSIDE,
    "letters.tell": Lane.OUTSIDE,
    "letters.digest": Lane.OUTSIDE,
}


def jobs_of(event: Event) -> Iterator[tuple[str, dict[str, object]]]:
    """The jobs that follow from an event, each with its arguments (the fields of the event)."""
    effects = EFFECTS[type(event)]
    names = effects.jobs + (effects.local_jobs if event.local else ())
    if names:
        arguments = asdict(event)
        del arguments["local"]
        for name in names:
            yield name, arguments


def lane_of(job: str) -> Lane:
    """Where a job of this name waits."""
    return LANES.get(job, Lane.QUICK)


def live_of(event: Event) -> str:
    """The kind of live message that follows from an event, or the empty text."""
    return EFFECTS[type(event)].live
