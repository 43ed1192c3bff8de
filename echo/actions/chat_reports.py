"""Messages of chats that are reported: moderators read these and what stands around them, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.actions import reports
from echo.actions.reports import ReportDraft
from echo.errors import Invalid, NotFound
from echo.models import Report
from echo.policy.viewer import Viewer
from echo.store import chats

# So many messages before and after each one.
AROUND = 5
SEQS_MAX = 50


async def report(reporter_id: int, chat_id: int, seqs: Sequence[int], draft: ReportDraft) -> Report:
    """Report messages of one person to the moderators.

    Shapes:  draft.target_id: who wrote them
    Raises:  NotFound for what the reporter may not read, or that somebody else wrote; Invalid for none
    """
    if not seqs or len(seqs) > SEQS_MAX:
        raise Invalid(f"Validation failed: 1 to {SEQS_MAX} messages")
    for seq in seqs:
        _, message = await chats.message(Viewer(reporter_id), chat_id, seq)
        if message.author_id != draft.target_id or draft.target_id == reporter_id:
            raise NotFound
    async with db.unit_of_work():
        seat = await chats.get(Viewer(reporter_id), chat_id)
        made = await reports.report(reporter_id, draft)
        made.chat_id = chat_id
        made.chat_seqs = await chats.around(seat, seqs, AROUND)
        await made.save(update_fields=["chat_id", "chat_seqs"])
    return made
