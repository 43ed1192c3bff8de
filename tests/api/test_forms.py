"""Every entity in its empty, usual and extreme form: of somebody with nothing, and with all there is."""

from __future__ import annotations

from echo.runtime import Runtime
from tests.api.asking import Api
from tests.api.forms import Forms
from tests.api.forms_world import World, make_world
from tests.make import Person

# Forms that cannot come about here, each with the reason.
ELSEWHERE = {
    "AccountRole.color filled",  # tests/api/test_roles.py
    "Role.color filled",
    "Collection.local false",  # collections do not federate
    "Search.collections filled",
    "Status.tagged_collections filled",
    "FeatureApproval.manual filled",  # who is asked here is never asked by hand
    "QuoteApproval.manual filled",
    "MediaAttachment.text_url filled",  # short addresses of the first versions
    "MediaAttachment.url null",  # files that wait for a worker: test_movies.py
    "Status.held filled",  # tests/api/test_policies.py
    "Notification.moderation_warning filled",  # tests/api/test_moderation.py
    "NotificationGroup.moderation_warning filled",
    "Notification.chat_message filled",  # tests/api/test_pleroma_chats.py
    "NotificationGroup.chat_message filled",
    "Report.action_taken true",
    "Report.action_taken_at filled",
    "RelationshipSeveranceEvent.purged true",
    "NotificationFallback.description filled",  # one line says it all
    "NotificationFallback.summary filled",
    "Report.rule_ids filled",  # rules are of the configuration: test_reports.py
    "Report.collection_ids filled",
    "StatusEdit.quote null",  # absent where nothing is quoted
    "PreviewCard.missing_attribution true",  # of links: tests/federation/test_previews.py
    "PreviewCardAuthor.account filled",
}


async def read(api: Api, forms: Forms, world: World) -> None:
    """Everything that is to be read, by everybody."""
    lists = {
        "Account": ["blocks", "directory", "endorsements", "follow_requests"],
        "Announcement": ["announcements"],
        "Conversation": ["conversations"],
        "CustomEmoji": ["custom_emojis"],
        "FeaturedTag": ["featured_tags"],
        "List": ["lists"],
        "MutedAccount": ["mutes"],
        "Notification": ["notifications"],
        "NotificationRequest": ["notifications/requests"],
        "ScheduledStatus": ["scheduled_statuses"],
        "Status": ["timelines/home", "timelines/public", "bookmarks", "favourites"],
        "Tag": ["followed_tags", "trends/tags"],
        "V1Filter": ["filters"],
    }
    ones = {
        "CredentialAccount": "accounts/verify_credentials",
        "Preferences": "preferences",
        "Profile": "profile",
        "CountResponse": "notifications/unread_count",
    }
    everybody = [*world.accounts, world.blank.id, world.rich.id, world.friend.id]
    for person in (world.blank, world.rich, world.friend, *world.others):
        for entity, paths in lists.items():
            for path in paths:
                forms.take(await api.get(f"/api/v1/{path}", by=person), entity, many=True)
        for entity, path in ones.items():
            forms.take(await api.get(f"/api/v1/{path}", by=person), entity)
        for entity, path in (("Filter", "filters"), ("Suggestion", "suggestions")):
            forms.take(await api.get(f"/api/v2/{path}", by=person), entity, many=True)
        for query in ({}, {"expand_accounts": "partial_avatars"}, {"supported_types": ["mention"]}):
            grouped = await api.get("/api/v2/notifications", by=person, query=query)
            forms.take(grouped, "GroupedNotificationsResults")
        query = {"supported_types": ["mention"], "include_filtered": True}
        forms.take(await api.get("/api/v1/notifications", by=person, query=query), "Notification", many=True)
        query = {"include_types": ["pleroma:emoji_reaction"]}
        forms.take(await api.get("/api/v1/notifications", by=person, query=query), "Notification", many=True)
        forms.take(await api.get("/api/v2/notifications/policy", by=person), "NotificationPolicy")
        asked = {"id": everybody}
        path = "/api/v1/accounts/relationships"
        forms.take(await api.get(path, by=person, query=asked), "Relationship", many=True)
        path = "/api/v1/accounts/familiar_followers"
        forms.take(await api.get(path, by=person, query=asked), "FamiliarFollowers", many=True)
        for text in ("tea", "rich", "nothing of this kind"):
            forms.take(await api.get("/api/v2/search", by=person, query={"q": text}), "Search")
        for account_id in everybody:
            await _read_account(api, forms, account_id, person)
        for status_id in world.statuses:
            await _read_status(api, forms, status_id, person)


async def _read_account(api: Api, forms: Forms, account_id: int, person: Person) -> None:
    path = f"/api/v1/accounts/{account_id}"
    forms.take(await api.get(path, by=person), "Account")
    for found in (await api.get(f"{path}/collections", by=person)).json["collections"]:
        whole = await api.get(f"/api/v1/collections/{found['id']}", by=person)
        forms.take(whole, "CollectionWithAccounts")


async def _read_status(api: Api, forms: Forms, status_id: int, person: Person) -> None:
    path = f"/api/v1/statuses/{status_id}"
    forms.take(await api.get(path, by=person), "Status")
    forms.take(await api.get(f"{path}/context", by=person), "Context")
    forms.take(await api.get(f"{path}/history", by=person), "StatusEdit", many=True)


async def test_every_field_of_every_entity_in_every_form(api: Api, runtime: Runtime) -> None:
    world, forms = await make_world(api, runtime), Forms()
    await read(api, forms, world)
    assert not forms.wrong
    missing = sorted(set(forms.missing()) - ELSEWHERE)
    assert not missing, "never seen:\n  " + "\n  ".join(missing)
