"""Who may like, answer and boost a post, on the wire and here."""

from __future__ import annotations

from activitypub import objects as wire
from activitypub.objects import Approval
from activitypub.vocabulary import PUBLIC
from echo import addresses
from echo.kinds import Visibility
from echo.models import Account
from echo.policy.interacting import Interaction
from echo.policy.visibility import OPEN
from echo.store.federation_reads import PostSource
from federation.translate.quotes import quoters_of

# People of ours that one list may name.
_NAMED = 50


def policy_of(note: wire.Note, author: Account) -> dict[str, dict[str, list[str]]] | None:
    """What the author of a post allows; None when nothing is said, which allows everything."""
    said = {
        Interaction.LIKE: note.can_like,
        Interaction.REPLY: note.can_reply,
        Interaction.BOOST: note.can_announce,
    }
    policy = {
        interaction.value: {
            "automatic": _words(rule.automatic, author),
            "manual": _words(rule.manual, author),
        }
        for interaction, rule in said.items()
        if rule is not None
    }
    return policy or None


def rules_of(source: PostSource) -> tuple[Approval | None, Approval | None, Approval | None]:
    """What we say of a post of ours: about liking, answering and boosting it.

    Who may read a post may like and answer it. Of posts for some that is not said: GoToSocial would take a
    list of followers for a promise to approve each answer, and what is not said is allowed.
    """
    if Visibility(source.visibility) in OPEN:
        everybody = Approval(automatic=(PUBLIC,))
        return everybody, everybody, everybody
    return None, None, Approval(automatic=(source.author_uri,))


def _words(people: tuple[str, ...], author: Account) -> list[str]:
    here = addresses.here()
    ours = [uri for uri in people if here.actor_id_in(uri) is not None][:_NAMED]
    others = [uri for uri in people if not here.is_ours(uri)]
    return [*quoters_of(others, author), *ours]
