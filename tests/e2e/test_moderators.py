"""Moderators with Mastodon.py, as phone apps ask: a report, what follows from it, and trends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mastodon import Mastodon, MastodonAPIError

from tests.e2e.servers import SCOPES, Server, eventually, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("moderators") as started:
        yield started


def moderator(server: Server) -> Mastodon:
    """Somebody whose app asked for the scopes of moderators."""
    scopes = [*SCOPES, "admin:read", "admin:write"]
    client_id, secret = Mastodon.create_app("moderating", api_base_url=server.url, scopes=scopes)
    client = Mastodon(
        client_id=client_id, client_secret=secret, api_base_url=server.url, version_check_mode="none"
    )
    client.create_account(
        "guard", "correct horse battery", "guard@example.org", agreement=True, scopes=scopes
    )
    server.ctl("accounts", "modify", "guard", "--role", "Moderator")
    return client


def test_a_report_is_settled_with_mastodon_py(server: Server) -> None:
    mod, alice, bob = moderator(server), server.person("alice"), server.person("bob")
    said = bob.client.status_post("buy my things")
    target = alice.client.account_lookup("bob")
    filed = alice.client.report(target.id, status_ids=[said.id], comment="spam", category="spam")
    (report,) = mod.admin_reports()
    assert (report.id, report.category, report.statuses[0].id) == (filed.id, "spam", said.id)
    assert report.target_account.email == "bob@example.org"
    told = eventually(lambda: [n for n in mod.notifications() if n.type == "admin.report"])
    assert told[0].report.id == filed.id
    assert mod.admin_report_assign(report.id).assigned_account.username == "guard"
    assert mod.admin_report_unassign(report.id).assigned_account is None
    assert {one.username for one in mod.admin_accounts_v2(origin="local")} >= {"guard", "alice", "bob"}
    assert [one.username for one in mod.admin_accounts_v2(permissions="staff")] == ["guard"]
    assert [one["username"] for one in mod.admin_accounts_v1(username="bo")] == ["bob"]
    mod.admin_account_moderate(target.id, action="silence", report_id=report.id, text="No advertising.")
    assert mod.admin_account(target.id).silenced is True
    assert mod.admin_reports() == []
    assert mod.admin_report_reopen(report.id).action_taken is False
    assert mod.admin_report_resolve(report.id).action_taken is True
    warned = eventually(lambda: [n for n in bob.client.notifications() if n.type == "moderation_warning"])
    assert warned[0].moderation_warning.text == "No advertising."
    assert mod.admin_account_unsilence(target.id).silenced is False
    mod.admin_account_moderate(target.id, action="suspend")
    with pytest.raises(MastodonAPIError):
        bob.client.status_post("still here?")
    assert mod.admin_account_unsuspend(target.id).suspended is False
    with pytest.raises(MastodonAPIError):
        alice.client.admin_reports()
    assert mod.admin_trending_tags() == []
    assert server.ctl("strikes", "list", "bob")[0]["kind"] == "suspend"
