"""How old people must be to sign up. What they say about it is looked at and not kept."""

from __future__ import annotations

from datetime import date

from echo.errors import FieldError

OLDEST_YEARS = 150


def problem(date_of_birth: str, min_age: int, *, today: date) -> FieldError | None:
    """Why somebody born then may not sign up, or None. Without an age to have, nothing is looked at.

    Shapes:  date_of_birth: YYYY-MM-DD; min_age: years, 0 for none
    """
    if not min_age:
        return None
    if not date_of_birth.strip():
        return FieldError("ERR_BLANK", "can't be blank")
    try:
        born = date.fromisoformat(date_of_birth.strip())
    except ValueError:
        return FieldError("ERR_INVALID", "is not a valid date")
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not 0 <= years <= OLDEST_YEARS:
        return FieldError("ERR_INVALID", "is not a valid date")
    return FieldError("ERR_BELOW_LIMIT", "is below the age limit") if years < min_age else None
