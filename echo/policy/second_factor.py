"""Second factors: codes of an authenticator app, and codes on paper. Pure.

Source:  RFC 6238; S-H12
"""

from __future__ import annotations

import importlib
import re
import secrets
from datetime import datetime, timedelta

import pyotp

STEP_SECONDS = 30
# The clock of a phone may be off by so many steps.
DRIFT_STEPS = 1
BACKUP_CODES = 10
# From so many wrong tries on, each one locks the account's second factor for a while.
MOST_FAILURES = 20
LOCKED_FOR = timedelta(hours=1)
# No letters that are taken for digits. 16 of 32 signs are 80 bits: enough that a plain digest hides them.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_BACKUP_SIGNS = 16
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def new_secret() -> str:
    """What an authenticator app and we share, in base 32."""
    return pyotp.random_base32()


def address(secret: str, *, username: str, issuer: str) -> str:
    """What an authenticator app reads from the QR code: an otpauth address."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def qr_code(text: str) -> str:
    """A text as a QR code, an SVG that stands in a page."""
    segno = importlib.import_module("segno")  # not before it is needed
    drawn: str = segno.make_qr(text, error="m").svg_inline(
        border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return drawn


def step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The step of 30 seconds whose code this is, near a moment; None for a wrong code, and for one that is
    not later than what was taken already.

    Shapes:  after: the step of the last code that was taken
    """
    code = re.sub(r"\s", "", code)
    if not _CODE.fullmatch(code):
        return None
    now = int(at.timestamp()) // STEP_SECONDS
    codes = pyotp.TOTP(secret)
    found = None
    # All of them are looked at, so that the time does not tell which one it was.
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if secrets.compare_digest(codes.generate_otp(step), code) and step > after:
            found = step
    return found


def new_backup_codes() -> list[str]:
    """Codes for paper, in groups of four."""
    return [
        "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(_BACKUP_SIGNS // 4))
        for _ in range(BACKUP_CODES)
    ]


def plain(backup_code: str) -> str:
    """A code as it is compared: without what people put between its signs."""
    return re.sub(r"[^a-z0-9]", "", backup_code.lower())


def locked_until(failures: int, at: datetime) -> datetime | None:
    """Until when nothing more may be tried after so many wrong tries."""
    return at + LOCKED_FOR if failures >= MOST_FAILURES else None
