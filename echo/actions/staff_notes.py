"""What moderators write down for each other, and words for strikes that they keep at hand."""

from __future__ import annotations

from echo import clock
from echo.actions import restraints, staff
from echo.actions.staff import Target
from echo.errors import Invalid, NotFound
from echo.models import Report, StaffNote, WarningPreset
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts

TEXT_CHARACTERS = 2000


async def about_report(by: Staff, report_id: int, text: str) -> StaffNote:
    """Note something about a report. Raises NotFound; Invalid for no text and too long a one; Forbidden."""
    said = _checked(text)
    if not await Report.exists(id=report_id):
        raise NotFound
    async with staff.acting(by, Deed.REPORT_NOTE, on=Target("report", report_id, f"#{report_id}")):
        return await StaffNote.create(
            report_id=report_id, by_id=by.account_id, text=said, created_at=clock.now()
        )


async def about_account(by: Staff, account_id: int, text: str) -> StaffNote:
    """Note something about an account. Raises NotFound; Invalid for no text and too long a one; Forbidden."""
    said = _checked(text)
    target = await accounts.get(account_id)
    async with staff.acting(by, Deed.ACCOUNT_NOTE, on=restraints.on(target)):
        return await StaffNote.create(
            target_id=target.id, by_id=by.account_id, text=said, created_at=clock.now()
        )


async def delete(by: Staff, note_id: int) -> None:
    """Take a note away. Raises NotFound; Forbidden."""
    known = await StaffNote.get_or_none(id=note_id)
    if known is None:
        raise NotFound
    async with staff.acting(by, Deed.NOTE_DELETE, on=Target("note", note_id, known.text[:80])):
        await known.delete()


async def keep_preset(by: Staff, title: str, text: str) -> WarningPreset:
    """Keep words for strikes. Raises Invalid for no text and too long a one; Forbidden."""
    said = _checked(text)
    async with staff.acting(by, Deed.PRESET_KEEP, on=Target("preset", "", title[:80])):
        return await WarningPreset.create(title=title.strip()[:255], text=said, created_at=clock.now())


async def delete_preset(by: Staff, preset_id: int) -> None:
    """Take words for strikes away; strikes that used them keep theirs. Raises NotFound; Forbidden."""
    known = await WarningPreset.get_or_none(id=preset_id)
    if known is None:
        raise NotFound
    async with staff.acting(by, Deed.PRESET_DELETE, on=Target("preset", preset_id, known.title)):
        await known.delete()


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid("Validation failed: Text can't be blank")
    if len(said) > TEXT_CHARACTERS:
        raise Invalid(f"Validation failed: Text is too long (maximum is {TEXT_CHARACTERS} characters)")
    return said
