"""The parts of the configuration that say how much and how often. See `echo/config.py`."""

from __future__ import annotations

from typing import Annotated

from echo.config.section import Doc, Section


class Limits(Section, frozen=True):
    """Sizes of what people write."""

    post_characters: Annotated[int, Doc(description="Longest post, in characters.", ge=1, le=100_000)] = 500
    post_media: Annotated[int, Doc(description="Most files of a post.", ge=1, le=32)] = 4
    post_blocks: Annotated[int, Doc(description="Most blocks of a post.", ge=1, le=200)] = 20
    pinned_posts: Annotated[int, Doc(description="Most posts on top of a profile.", ge=0, le=50)] = 5
    poll_options: Annotated[int, Doc(description="Most answers of a poll.", ge=2, le=100)] = 4
    poll_option_characters: Annotated[
        int, Doc(description="Longest answer of a poll, in characters.", ge=1, le=500)
    ] = 50
    poll_min_seconds: Annotated[int, Doc(description="Shortest poll, in seconds.", ge=1)] = 300
    poll_max_seconds: Annotated[
        int, Doc(description="Longest poll, in seconds.", ge=60, le=2_147_483_647)
    ] = 2_629_746
    scheduled_posts: Annotated[
        int, Doc(description="Most posts that wait for their time, of a person.", ge=0)
    ] = 300
    scheduled_posts_per_day: Annotated[
        int, Doc(description="Most posts that wait for one day, of a person.", ge=0)
    ] = 25
    bio_characters: Annotated[int, Doc(description="Longest biography, in characters.", ge=1, le=20_000)] = (
        500
    )
    display_name_characters: Annotated[int, Doc(description="Longest display name.", ge=1, le=2048)] = 40
    profile_fields: Annotated[int, Doc(description="Most rows of the profile table.", ge=0, le=50)] = 4
    remote_post_bytes: Annotated[
        int, Doc(description="Longest text kept of a post from elsewhere, in bytes.", ge=1000)
    ] = 150_000
    archive_bytes: Annotated[
        int,
        Doc(
            description=(
                "Largest archive from which somebody may bring their posts along, in bytes. 0: nobody may."
            ),
            ge=0,
        ),
    ] = 1_073_741_824
    backdated_posts: Annotated[
        bool,
        Doc(
            description=(
                "Whether a post whose scheduled_at is past is kept quietly under that day, as on GoToSocial; "
                "else it is published now, as Mastodon does."
            )
        ),
    ] = False
    home_entries: Annotated[int, Doc(description="Posts kept of a home timeline.", ge=40, le=10_000)] = 800


class RateLimits(Section, frozen=True):
    """How often things may be done. Requests beyond are answered 429."""

    enabled: Annotated[bool, Doc(description="Whether limits are applied at all.")] = True
    requests_per_user: Annotated[int, Doc(description="API requests of a person in 5 minutes.", ge=1)] = 1500
    requests_per_token: Annotated[int, Doc(description="API requests of a token in 5 minutes.", ge=1)] = 300
    requests_per_address: Annotated[
        int, Doc(description="API requests without a token of an address (IPv6: per /64) in 5 minutes.", ge=1)
    ] = 300
    logins_per_address: Annotated[int, Doc(description="Log-in tries of an address in 5 minutes.", ge=1)] = 25
    logins_per_account: Annotated[int, Doc(description="Log-in tries on an account in an hour.", ge=1)] = 25
    sign_ups_per_address: Annotated[int, Doc(description="Sign-ups of an address in 30 minutes.", ge=1)] = 5
    apps_per_address: Annotated[
        int, Doc(description="Registered apps of an address in 10 minutes.", ge=1)
    ] = 5
    uploads_per_user: Annotated[int, Doc(description="Media uploads of a person in 30 minutes.", ge=1)] = 30
    deletes_per_user: Annotated[
        int, Doc(description="Deleted posts and boosts of a person in 30 minutes.", ge=1)
    ] = 30
    posts_per_user: Annotated[int, Doc(description="Posts of a person in 3 hours.", ge=1)] = 300
    follows_per_user: Annotated[int, Doc(description="Follows of a person in a day.", ge=1)] = 400
    reports_per_user: Annotated[int, Doc(description="Reports of a person in a day.", ge=1)] = 400
    paging_per_user: Annotated[
        int,
        Doc(
            description="API requests of a person in 15 minutes that ask for another page (`max_id`,"
            " `min_id`, `since_id`, `page`).",
            ge=1,
        ),
    ] = 300
    searches_per_user: Annotated[
        int, Doc(description="Searches of a person, or of an address, in 5 minutes.", ge=1)
    ] = 200
    lookups_per_user: Annotated[
        int, Doc(description="Searches in 5 minutes that ask another server (`resolve`).", ge=1)
    ] = 60
    pages_per_address: Annotated[
        int, Doc(description="Pages shown to an address in 5 minutes, by each web process.", ge=1)
    ] = 1000
    files_per_address: Annotated[
        int, Doc(description="Files sent to an address in 5 minutes, by each web process.", ge=1)
    ] = 10_000
    documents_per_address: Annotated[
        int, Doc(description="Documents for other servers to an address in 5 minutes, by each process.", ge=1)
    ] = 10_000
    deliveries_per_address: Annotated[
        int, Doc(description="Deliveries taken from an address in 5 minutes, by each web process.", ge=1)
    ] = 15_000
    deliveries_per_domain: Annotated[
        int,
        Doc(
            description="Deliveries taken from all hosts of a registrable domain together in 5 minutes,"
            " by each web process.",
            ge=1,
        ),
    ] = 30_000
