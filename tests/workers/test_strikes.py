"""Letters about strikes and appeals."""

from __future__ import annotations

from email import message_from_bytes, policy

from echo.actions import appeals, strikes
from echo.actions.strikes import StrikeDraft
from echo.kinds import Role
from echo.kinds_of_moderation import StrikeKind
from echo.policy.roles import Staff
from echo.runtime import Runtime
from tests import make
from workers import strikes as letters


def sent(runtime: Runtime) -> list[tuple[str, str, str]]:
    """Receiver, subject and plain text of all letters."""
    found = []
    for path in sorted((runtime.data / "mail").glob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = letter.get_body(("plain",))
        assert body is not None
        found.append((str(letter["To"]), str(letter["Subject"]), body.get_content()))
    return found


async def test_letters_to_the_person_and_to_those_who_answer(runtime: Runtime) -> None:
    alice = await make.person("alice")
    for name, role in (("mod", Role.MODERATOR), ("bob", Role.USER)):
        await make.person(name, role=role)
    given = await strikes.give(
        Staff.shell(), alice.id, StrikeDraft(kind=StrikeKind.SILENCE, text="Enough\n\nof this.")
    )
    await letters.strike(runtime, strike_id=given.id)
    await appeals.appeal(alice.id, given.id, "It was a joke.")
    await letters.appeal(runtime, strike_id=given.id)
    await appeals.approve(Staff.shell(), given.id)
    await letters.appeal(runtime, strike_id=given.id)  # it is answered: nothing to tell any more
    await letters.appeal_answer(runtime, strike_id=given.id)
    told, asked, answered = sent(runtime)
    assert told[0] == answered[0] == "alice@example.org"
    assert "your account is limited" in told[2]
    assert "Enough" in told[2]
    assert f"https://echo.test/settings/strikes/{given.id}" in told[2]
    assert (asked[0], "It was a joke." in asked[2]) == ("mod@example.org", True)
    assert "is granted" in answered[2]
    await letters.strike(runtime, strike_id=99)
    assert len(sent(runtime)) == 3
