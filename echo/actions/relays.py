"""Subscribing to relays, and what they answer."""

from __future__ import annotations

from echo import addresses, clock, db, ids, ports
from echo.actions.staff import Target, acting
from echo.errors import Invalid, NotFound
from echo.events import RelayAsked, RelayFollowed, RelayLeft
from echo.kinds import RelayState, RelayStyle
from echo.models import Account, Relay
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import relays


async def add(by: Staff, style: RelayStyle, *, inbox: str, actor_uri: str = "") -> Relay:
    """Ask a relay to repeat what is public here, and to bring what others publish.

    Shapes:  actor_uri: needed by those that are followed (LitePub)
    Raises:  Invalid when it was asked already
    """
    if await Relay.exists(inbox=inbox):
        raise Invalid(f"{inbox} is there already")
    follow_uri = addresses.here().activity("relay-follow", ids.new_id())
    async with acting(by, Deed.RELAY_ADD, on=Target("relay", inbox, inbox)) as unit:
        made = await Relay.create(
            style=style.value,
            state=RelayState.PENDING.value,
            inbox=inbox,
            actor_uri=actor_uri,
            follow_uri=follow_uri,
            created_at=clock.now(),
        )
        unit.emit(RelayAsked(local=True, relay_id=made.id))
    return made


async def subscribe(by: Staff, address: str, style: str | None = None) -> Relay:
    """Ask the relay at an address: its inbox (Mastodon's style), or its actor (LitePub's).

    Shapes:  style: when the address does not tell
    Raises:  Invalid when there is none, or it was asked already; Forbidden
    """
    if not address.startswith(("https://", "http://")):
        raise Invalid(f"{address} is no address")
    if style is not None and style not in list(RelayStyle):
        raise Invalid("Validation failed: Style is not included in the list")
    by_inbox = address.rstrip("/").endswith("/inbox") if style is None else style == RelayStyle.MASTODON
    if by_inbox:
        return await add(by, RelayStyle.MASTODON, inbox=address)
    found = await ports.directory().account_by_iri(address)
    actor = None if found is None else await Account.get_or_none(id=found)
    if actor is None or not actor.inbox:
        raise Invalid(f"There is no actor at {address}")
    return await add(by, RelayStyle.LITEPUB, inbox=actor.inbox, actor_uri=actor.uri)


async def remove(by: Staff, address: str) -> Relay:
    """Leave a relay, named by its inbox, its actor or its number. Raises NotFound."""
    known = await Relay.get_or_none(inbox=address) or await relays.find_by_actor(address)
    if known is None and address.isascii() and address.isdigit():
        known = await relays.find(int(address[:18]))
    if known is None:
        raise NotFound(f"There is no relay {address}")
    async with acting(by, Deed.RELAY_REMOVE, on=Target("relay", known.id, known.inbox)) as unit:
        await known.delete()
        unit.emit(
            RelayLeft(
                local=True,
                style=known.style,
                inbox=known.inbox,
                actor_uri=known.actor_uri,
                follow_uri=known.follow_uri,
            )
        )
    return known


async def receive_answer(relay: Relay, actor_uri: str, *, is_accepted: bool) -> bool:
    """A relay has answered; False when that changes nothing. Who answers speaks for it from now on."""
    state = RelayState.ACCEPTED if is_accepted else RelayState.REJECTED
    if relay.state == state:
        return False
    async with db.unit_of_work():
        await Relay.filter(id=relay.id).update(
            state=state.value, actor_uri=actor_uri, answered_at=clock.now()
        )
    return True


async def receive_follow(relay: Relay, uri: str) -> None:
    """A relay follows back, and is answered; again when it asks again."""
    async with db.unit_of_work() as unit:
        await Relay.filter(id=relay.id).update(their_follow_uri=uri)
        unit.emit(RelayFollowed(local=True, relay_id=relay.id))
