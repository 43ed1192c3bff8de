"""What forms show when something in them was refused."""

from __future__ import annotations

from echo.errors import Invalid


def by_field(error: Invalid) -> dict[str, str]:
    """The reasons by field name; what belongs to no field is under the empty name."""
    if not error.details:
        return {"": error.public}
    return {
        field: ", ".join(reason.description for reason in reasons) for field, reasons in error.details.items()
    }
