"""Policies in their order, made ready once, asked one after the other."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from echo.kinds import Visibility
from echo.policy.pipeline.said import Door, Facts, Said
from echo.policy.pipeline.settings import Finder, Settings, action_of
from echo.policy.pipeline.verdicts import ACCEPTED, Action, Match, Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A policy that is on.

    Shapes:  doors: where it looks; only_hosts: none: everywhere; except_hosts: not there. Hosts cover their
             subdomains; people here have none, so rules for some hosts leave them alone
    """

    policy_id: int
    name: str
    doors: frozenset[Door]
    only_hosts: frozenset[str]
    except_hosts: frozenset[str]
    settings: Settings
    find: Finder

    def looks_at(self, said: Said) -> bool:
        """Whether it is asked at all."""
        if said.door not in self.doors:
            return False
        is_private = said.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED)
        if is_private and said.door != Door.CHAT and not self.settings.private:
            return False
        names = _names_of(said.host)
        if self.only_hosts and self.only_hosts.isdisjoint(names):
            return False
        return self.except_hosts.isdisjoint(names)


class Chain:
    """All policies that are on, in order."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = tuple(links)
        self._doors = frozenset(door for link in links for door in link.doors)

    def is_idle(self, door: Door) -> bool:
        """Whether nothing that comes in there is looked at."""
        return door not in self._doors

    async def judge(self, said: Said, facts: Facts) -> Verdict:
        """What is to be done. The first rejection ends it; a policy that fails is as good as off."""
        verdict = ACCEPTED
        for link in self._links:
            if not link.looks_at(said):
                continue
            try:
                finding = await link.find(said, facts)
            except Exception:
                log.exception("policy %s (%s) failed", link.policy_id, link.name)
                continue
            if finding is None:
                continue
            settings = link.settings
            action = action_of(settings) if finding.action is None else finding.action
            reason = finding.reason or settings.reason
            match = Match(link.policy_id, link.name, finding.text[:500], action, reason)
            verdict = verdict.with_match(match, frozenset(settings.changes), settings.warning)
            if action == Action.REJECT:
                break
        return verdict


def _names_of(host: str) -> frozenset[str]:
    """A host and everything it is a subdomain of."""
    labels = host.partition(":")[0].lower().split(".") if host else []
    return frozenset(".".join(labels[start:]) for start in range(len(labels)))
