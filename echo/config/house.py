"""The parts of the configuration that say what kind of house this server is; see `echo.config`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from echo.config.section import NOT_EMPTY, Doc, Section


class Instance(Section, frozen=True):
    """What this server is called."""

    domain: Annotated[
        str,
        Doc(
            description=(
                "The host in the handles of this server (@name@domain). It can never change once other "
                "servers know it. A port is allowed in development only."
            )
        ),
    ] = "localhost:3000"
    title: Annotated[
        str, Doc(description="Name shown to people and apps; never empty.", pattern=NOT_EMPTY)
    ] = "Echo"
    description: Annotated[str, Doc(description="One or two sentences about the server, plain text.")] = (
        "A small Echo server."
    )
    contact_email: Annotated[str, Doc(description="Address shown to people who need help. Empty: none.")] = ""
    languages: Annotated[list[str], Doc(description="Main languages, as ISO 639-1 codes.")] = msgspec.field(
        default_factory=lambda: ["en"]
    )
    suggested: Annotated[
        list[str],
        Doc(description="People whom newcomers are shown first, as name (of this server) or name@domain."),
    ] = []
    contact_account: Annotated[
        str, Doc(description="Name of the account to turn to. Empty: the owner, or an admin.")
    ] = ""
    rules: Annotated[
        list[str], Doc(description="House rules, one sentence each; rules.md in `texts` wins.")
    ] = []
    texts: Annotated[
        str,
        Doc(
            description=(
                "Folder with texts in Markdown: about.md, privacy.md, terms-2026-01-31.md (in force from "
                "that day), rules.md (a list; indented lines are hints), rules.de.md (translations). "
                "Empty: texts in the data directory."
            )
        ),
    ] = ""
    publish_peers: Annotated[
        bool, Doc(description="Whether programs may read which other servers are known here.")
    ] = True
    publish_activity: Annotated[
        bool, Doc(description="Whether programs may read how much was done here in the last 12 weeks.")
    ] = True
    publish_blocks: Annotated[
        Literal["nobody", "users", "all"],
        Doc(description="Who may read which other servers are blocked here."),
    ] = "nobody"
    publish_block_reasons: Annotated[
        Literal["nobody", "users", "all"], Doc(description="Who may read why they are blocked.")
    ] = "nobody"


class Registrations(Section, frozen=True):
    """Who may sign up."""

    mode: Annotated[
        Literal["open", "approval", "invite", "closed"],
        Doc(description="open, approval (a moderator says yes), invite (only with a link) or closed."),
    ] = "closed"
    confirm_email: Annotated[
        bool, Doc(description="Whether an address must be confirmed before the account can be used.")
    ] = True
    reason_required: Annotated[
        bool, Doc(description="With approval: whether people must say why they want to join.")
    ] = True
    min_age: Annotated[
        int,
        Doc(description="How old people must say they are, in years. 0: they are not asked.", ge=0, le=99),
    ] = 0
    check: Annotated[
        Literal["none", "work", "hcaptcha"],
        Doc(
            description=(
                "What people who sign up have to do: none, work (their browser computes for a moment, nobody "
                "else is asked) or hcaptcha. Who cannot do it waits for a moderator."
            )
        ),
    ] = "none"
    work_cost: Annotated[
        int,
        Doc(description="How much is computed: rounds of one try; about 256 are needed.", ge=1, le=1_000_000),
    ] = 5000
    hcaptcha_site_key: Annotated[str, Doc(description="The public key of the site at hCaptcha.")] = ""
    hcaptcha_secret: Annotated[
        str, Doc(description="The secret key at hCaptcha; better from a file or the environment.")
    ] = ""
    message: Annotated[str, Doc(description="Said where nobody can sign up. Empty: nothing.")] = ""
    url: Annotated[str, Doc(description="Page where people sign up, if it is not ours. Empty: ours.")] = ""


class Timelines(Section, frozen=True):
    """Who may read the timelines of this server: everybody, people who are signed in, or moderators only."""

    live_local: Annotated[
        Literal["public", "authenticated", "disabled"], Doc(description="Public posts of people here.")
    ] = "public"
    live_remote: Annotated[
        Literal["public", "authenticated", "disabled"], Doc(description="Public posts of other servers.")
    ] = "public"
    hashtag_local: Annotated[
        Literal["public", "authenticated"], Doc(description="Posts of people here with a hashtag.")
    ] = "public"
    hashtag_remote: Annotated[
        Literal["public", "authenticated", "disabled"],
        Doc(description="Posts of other servers with a hashtag."),
    ] = "public"
    link_local: Annotated[
        Literal["public", "authenticated"], Doc(description="Posts of people here about a link that trends.")
    ] = "public"
    link_remote: Annotated[
        Literal["public", "authenticated", "disabled"],
        Doc(description="Posts of other servers about a link that trends."),
    ] = "public"
