"""The keys about logging in with another service."""

from __future__ import annotations

from typing import Annotated

import msgspec

from echo.config.section import Doc, Section


class OpenId(Section, frozen=True):
    """Logging in with another service (OpenID Connect). See docs/admin/log-in.md."""

    issuer: Annotated[
        str, Doc(description="Address of the service, as it names itself. Empty: nobody logs in this way.")
    ] = ""
    name: Annotated[str, Doc(description="What the button calls the service. Empty: its host.")] = ""
    client_id: Annotated[str, Doc(description="How the service knows this server.")] = ""
    client_secret: Annotated[
        str, Doc(description="The secret that goes with it; better from a file or the environment.")
    ] = ""
    scopes: Annotated[list[str], Doc(description="What the service is asked for.")] = msgspec.field(
        default_factory=lambda: ["openid", "email", "profile"]
    )
    may_sign_up: Annotated[
        bool,
        Doc(description="Whether people whom the service knows may make an account here by themselves."),
    ] = False
    passes_mode: Annotated[
        bool,
        Doc(
            description=(
                "Whether they do so whatever `registrations.mode` says, without invitation and approval. "
                "Blocks of networks and e-mail hold for them all the same."
            )
        ),
    ] = False
    trust_email: Annotated[
        bool,
        Doc(
            description=(
                "Whether somebody whose e-mail address the service calls verified enters the account here "
                "that has this address. Only for a service that you trust with every account."
            )
        ),
    ] = False
    username_claim: Annotated[str, Doc(description="Which claim suggests a user name for a new account.")] = (
        "preferred_username"
    )
    email_claim: Annotated[str, Doc(description="Which claim is the e-mail address.")] = "email"
    name_claim: Annotated[str, Doc(description="Which claim is shown in the settings.")] = "name"
    allowed_private_ranges: Annotated[
        list[str],
        Doc(description="Networks (CIDR) of a service in this house, such as 127.0.0.1/32. Normally none."),
    ] = []
