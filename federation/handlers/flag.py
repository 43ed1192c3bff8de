"""Flag: another server reports somebody here."""

from __future__ import annotations

from activitypub.activities import Flag
from echo.actions import reports
from echo.kinds import AccountKind
from echo.models import Account
from echo.store import accounts, server_blocks
from federation.handlers.people import known_post, person_here
from federation.reasons import Reason

# A report that names more people than this is no report.
PEOPLE_MAX = 10


async def handle(activity: Flag, actor: Account) -> Reason:
    """Keep a report about each person it names, with the posts of theirs that it names.

    Some servers name posts only; then it is about those who wrote them. Who reports is not told (Mastodon
    and others report in the name of the server). From some servers no reports are taken.
    """
    if (await server_blocks.rules_for(actor.host)).reject_reports:
        return Reason.REPORTS_REFUSED
    uris = [item.id for item in activity.objects if item.id is not None]
    targets = await _people(uris) or await _authors(uris)
    if not targets:
        return Reason.NOT_OURS
    done = False
    for target in list(targets.values())[:PEOPLE_MAX]:
        done |= await reports.receive(actor, target.id, activity.id or "", activity.content or "", uris)
    return Reason.EFFECT if done else Reason.DUPLICATE


async def _people(uris: list[str]) -> dict[int, Account]:
    found = {}
    for uri in uris:
        person = await person_here(uri)
        if person is not None and _is_reportable(person):
            found[person.id] = person
    return found


async def _authors(uris: list[str]) -> dict[int, Account]:
    found = {}
    for uri in uris:
        post = await known_post(uri)
        author = await accounts.find(post.author_id) if post is not None and post.local else None
        if author is not None and _is_reportable(author):
            found[author.id] = author
    return found


def _is_reportable(person: Account) -> bool:
    return person.kind != AccountKind.APPLICATION and person.suspended_at is None
