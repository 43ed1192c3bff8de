"""`echoctl apps`: access for scripts and tests."""

from __future__ import annotations

from cyclopts import App

from echo.actions import user_access
from echo.cli.common import Common, opened, say
from echo.errors import Invalid, NotFound
from echo.policy import scopes as scope_policy
from echo.policy.roles import Staff
from echo.store import accounts

app = App(name="apps", help="Access for scripts and tests.")


@app.command
async def token(account: str, *, scopes: str = "read", common: Common = Common()) -> None:
    """Make an access token for somebody.

    Parameters
    ----------
    account: User name.
    scopes: Scopes, separated by spaces: "read write follow push".
    """
    asked = scope_policy.parse(scopes)
    if not asked or not all(map(scope_policy.is_known, asked)):
        raise Invalid(f"{scopes!r} are no scopes, such as read write:statuses")
    async with opened(common):
        found = await accounts.find_by_handle(account.lstrip("@"))
        if found is None:
            raise NotFound(f"There is no account {account}")
        issued = await user_access.make_token(Staff.shell(), found.id, asked)
    document = {
        "access_token": issued.text,
        "token_type": "Bearer",
        "scope": " ".join(asked),
        "account": found.username,
    }
    say(common, document, issued.text)
