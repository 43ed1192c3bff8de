"""Letters about the doors of an account: what was changed, so that whoever did not change it can act."""

from __future__ import annotations

from echo import addresses, settings
from echo.kinds import LetterKind
from echo.mail import Letter
from echo.store import users

# What has happened, as a subject and as a sentence.
_TOLD: dict[str, tuple[str, str]] = {
    LetterKind.APP_ADDED: (
        "Your second factor is on",
        "an authenticator app is asked for a code whenever you log in from now on.",
    ),
    LetterKind.APP_REMOVED: (
        "Your authenticator app was removed",
        "no code of an authenticator app is asked for any more when you log in.",
    ),
    LetterKind.CODES_RENEWED: (
        "You have new backup codes",
        "new codes for paper were made; the old ones do not work any more.",
    ),
    LetterKind.CODE_USED: (
        "A backup code was used",
        "somebody logged in with one of your codes for paper.",
    ),
    LetterKind.LOCKED: (
        "Wrong codes were tried",
        "somebody who knows your password has tried many wrong codes. No code is taken for an hour.",
    ),
    LetterKind.PASSKEY_ADDED: (
        "A passkey was added",
        "a passkey can be used to log in to your account from now on.",
    ),
    LetterKind.PASSKEY_REMOVED: ("A passkey was removed", "a passkey can not be used to log in any more."),
    LetterKind.TWO_FACTOR_RESET: (
        "Your second factor was switched off",
        "whoever runs this server has switched your second factor off. Set it up again.",
    ),
    LetterKind.EMAIL_ASKED: (
        "Another address for your account",
        "somebody wants letters for your account to go to another address from now on.",
    ),
    LetterKind.IDENTITY_ADDED: (
        "Another way to log in",
        "your account can be entered from an account at another service from now on.",
    ),
    LetterKind.IDENTITY_REMOVED: (
        "A way to log in was removed",
        "your account can not be entered from that account at another service any more.",
    ),
}


async def letter(user_id: int, kind: str) -> Letter | None:
    """The letter of this kind; None when nobody is there to read it, or it is none of these."""
    person = await users.find(user_id)
    if person is None or kind not in _TOLD:
        return None
    subject, sentence = _TOLD[kind]
    instance = settings.here().instance
    return Letter(
        to=person.email,
        subject=f"{subject} on {instance.title}",
        paragraphs=("Hello,", f"this is about @{person.username}@{instance.domain}: {sentence}"),
        action="Look at it",
        link=f"{addresses.here().base}/settings/security",
        after=(
            "If it was not you: change your password now, and log out every browser and app that you do not"
            " know.",
        ),
    )


def is_known(kind: str) -> bool:
    """Whether this is a kind of these letters."""
    return kind in _TOLD
