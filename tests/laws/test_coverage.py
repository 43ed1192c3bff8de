"""docs/api/coverage.md is true."""

from __future__ import annotations

from tests import coverage_page
from tests.coverage_page import DONE


def test_the_page_is_up_to_date() -> None:
    assert coverage_page.PAGE.read_text(encoding="utf-8") == coverage_page.render(), "run `make docs`"


def test_every_operation_that_is_done_is_called_by_a_test() -> None:
    for line in (*coverage_page.lines(), *coverage_page.beyond()):
        assert line.state != DONE or line.tests, f"no test calls {line.method} {line.path}"


# The first slice of the client API.
FIRST_SLICE = """
    POST /api/v1/apps
    GET /api/v1/apps/verify_credentials
    POST /oauth/token
    POST /oauth/revoke
    GET /oauth/userinfo
    GET /.well-known/oauth-authorization-server
    GET /api/v1/instance
    GET /api/v2/instance
    GET /api/v1/accounts/verify_credentials
    PATCH /api/v1/accounts/update_credentials
    GET /api/v1/accounts/{id}
    GET /api/v1/accounts/lookup
    GET /api/v1/accounts/{id}/statuses
    GET /api/v1/accounts/{id}/followers
    GET /api/v1/accounts/{id}/following
    GET /api/v1/accounts/relationships
    GET /api/v1/accounts/search
    POST /api/v1/accounts/{id}/follow
    POST /api/v1/accounts/{id}/unfollow
    POST /api/v1/accounts/{id}/block
    POST /api/v1/accounts/{id}/unblock
    POST /api/v1/accounts/{id}/mute
    POST /api/v1/accounts/{id}/unmute
    GET /api/v1/follow_requests
    POST /api/v1/follow_requests/{account_id}/authorize
    POST /api/v1/follow_requests/{account_id}/reject
    POST /api/v1/statuses
    GET /api/v1/statuses/{id}
    PUT /api/v1/statuses/{id}
    DELETE /api/v1/statuses/{id}
    GET /api/v1/statuses/{id}/context
    GET /api/v1/statuses/{id}/source
    POST /api/v1/statuses/{id}/favourite
    POST /api/v1/statuses/{id}/unfavourite
    POST /api/v1/statuses/{id}/reblog
    POST /api/v1/statuses/{id}/unreblog
    POST /api/v1/statuses/{id}/bookmark
    POST /api/v1/statuses/{id}/unbookmark
    GET /api/v1/statuses/{id}/favourited_by
    GET /api/v1/statuses/{id}/reblogged_by
    GET /api/v1/timelines/home
    GET /api/v1/timelines/public
    GET /api/v1/timelines/tag/{hashtag}
    GET /api/v1/notifications
    GET /api/v1/notifications/{id}
    POST /api/v1/notifications/clear
    POST /api/v1/notifications/{id}/dismiss
    POST /api/v2/media
    GET /api/v1/media/{id}
    PUT /api/v1/media/{id}
    GET /api/v1/favourites
    GET /api/v1/bookmarks
    GET /api/v1/markers
    POST /api/v1/markers
    GET /api/v1/preferences
    GET /api/v1/custom_emojis
    GET /api/v2/search
    GET /api/v1/streaming/health
"""


def test_the_first_slice_is_done() -> None:
    states = {(line.method, coverage_page.shape(line.path)): line.state for line in coverage_page.lines()}
    for wanted in FIRST_SLICE.strip().splitlines():
        method, path = wanted.split()
        assert states.get((method, coverage_page.shape(path))) == DONE, wanted


def test_every_operation_is_done_and_tested() -> None:
    for line in coverage_page.lines():
        assert line.state == DONE, f"{line.method} {line.path} is not done"
        assert line.tests, f"no test calls {line.method} {line.path}"
