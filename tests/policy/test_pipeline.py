"""Policies: what each finds, and how what several find becomes one verdict."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from echo.errors import Invalid
from echo.kinds import Visibility
from echo.policy.pipeline import catalogue, patterns
from echo.policy.pipeline.chain import Chain, Link
from echo.policy.pipeline.hook import signature
from echo.policy.pipeline.said import Door, Said
from echo.policy.pipeline.texts import fingerprint
from echo.policy.pipeline.verdicts import Action, Change, Verdict
from tests import policies_page

SAID = Said(door=Door.REMOTE, author_id=1, host="a.peer.test", text="hello")


class Told:
    """Facts that a test makes up. `asked` counts the questions."""

    def __init__(self, **facts: Any) -> None:
        self.facts = {"hours": 1.0, "trusted": False, "strangers": 0, "others": 0, "answer": None, **facts}
        self.asked: list[str] = []
        self.sent: tuple[str, dict[str, str], bytes, float] | None = None

    def _tell(self, name: str) -> Any:
        self.asked.append(name)
        return self.facts[name]

    async def known_hours(self, _: Said) -> float:
        return float(self._tell("hours"))

    async def is_trusted(self, _: Said) -> bool:
        return bool(self._tell("trusted"))

    async def strangers(self, _: Said) -> int:
        return int(self._tell("strangers"))

    async def others_who_said(self, _: Said, fingerprint: str, hours: int) -> int:
        return int(self._tell("others"))

    async def ask(self, url: str, headers: dict[str, str], body: bytes, seconds: float) -> bytes | None:
        self.sent = (url, headers, body, seconds)
        answer = self._tell("answer")
        return None if answer is None else json.dumps(answer).encode()


def link(kind: str, doors: tuple[Door, ...] = tuple(Door), only: str = "", **settings: Any) -> Link:
    known = catalogue.KINDS[kind]
    made = catalogue.read(known, settings)
    return Link(
        policy_id=1,
        name=kind,
        doors=frozenset(doors),
        only_hosts=frozenset(only.split()),
        except_hosts=frozenset(),
        settings=made,
        find=known.prepare(made),
    )


async def judge(said: Said, *links: Link, facts: Told | None = None) -> Verdict:
    return await Chain(links).judge(said, facts or Told())


async def finds(said: Said, kind: str, facts: Told | None = None, **settings: Any) -> str:
    verdict = await judge(said, link(kind, **settings), facts=facts)
    return verdict.matches[0].found if verdict.matches else ""


def saying(text: str, **more: Any) -> Said:
    return replace(SAID, text=text, **more)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Buy VIAGRA now", "“viagra”"),
        ("viagral", ""),
        ("v\u200bi\u00adágra", "“viagra”"),
        ("free   money", ""),
        ("the free money, now", "“free money”"),
        ("Ｖｉａｇｒａ", "“viagra”"),
        ("nothing", ""),
    ],
)
async def test_words_are_found_however_they_are_dressed_up(text: str, found: str) -> None:
    assert await finds(saying(text), "words", words=["Viagra", "free money", ""]) == found


async def test_words_are_looked_for_where_they_shall_be() -> None:
    said = saying("fine", links=("https://bad.example/x",), author=("badger", "Bad Actor"))
    assert not await finds(said, "words", words=["bad"])
    assert await finds(said, "words", words=["bad"], where=["links"])
    assert await finds(said, "words", words=["bad actor"], where=["author"])
    assert await finds(saying("superbad"), "words", words=["bad"], whole_words=False)
    assert not await finds(saying("superbad"), "words", words=[])


async def test_a_long_list_costs_little() -> None:
    text = "a post of usual length, that says nothing bad at all " * 8
    costs = []
    for words in (20, 20_000):
        chain = Chain([link("words", words=[f"slur{number}x" for number in range(words)])])
        took = []
        for _ in range(20):
            began = time.process_time()
            assert (await chain.judge(saying(text), Told())).action == Action.ACCEPT
            took.append(time.process_time() - began)
        costs.append(min(took))
    # Whoever looked for one word after the other would need a thousand times as long.
    assert costs[1] < 100 * costs[0]
    assert (await chain.judge(saying(f"{text} slur19999x"), Told())).action == Action.HOLD


async def test_s_k06_a_pattern_without_end_costs_bounded_time() -> None:
    began = time.perf_counter()
    assert not await finds(saying("a" * 5_000 + "!"), "patterns", patterns=[r"(a|aa)+$", r"(a+)+b"])
    assert time.perf_counter() - began < 200 * patterns.SECONDS  # without a bound it takes for ever
    assert await finds(saying("order No. 4711"), "patterns", patterns=[r"no\. \d{4}"])
    with pytest.raises(Invalid, match="missing"):
        catalogue.read(catalogue.KINDS["patterns"], {"patterns": ["("]})


async def test_caps_count_people_links_and_hashtags_but_spare_those_who_are_followed() -> None:
    crowd = saying("hi", mentions=11, links=("https://a.test/", "https://b.test/"), hashtags=("a", "b"))
    facts = Told()
    assert await finds(crowd, "caps", facts, links=1, hashtags=1) == "11 people, 2 links, 2 hashtags"
    assert not await finds(crowd, "caps", Told(trusted=True))
    facts = Told()
    assert not await finds(replace(crowd, mentions=10), "caps", facts)
    assert not facts.asked, "nobody is looked up for a post within limits"


async def test_a_new_account_that_writes_to_strangers_is_found() -> None:
    wave = saying("", mentions=1, files=1, mentioned_ids=(5,))
    assert "a file for a stranger" in await finds(wave, "newcomers", Told(strangers=1))
    assert not await finds(wave, "newcomers", Told(strangers=1, hours=72.0))
    assert not await finds(wave, "newcomers", Told(strangers=1, trusted=True))
    assert not await finds(wave, "newcomers", Told(strangers=0))
    assert not await finds(replace(wave, is_reply=True), "newcomers", Told(strangers=1))
    assert "names 5 people" in await finds(saying("", mentions=5), "newcomers", Told())
    facts = Told()
    assert not await finds(saying("hello world"), "newcomers", facts)
    assert not facts.asked


async def test_the_same_text_from_many_is_found_whatever_names_and_figures_are_in_it() -> None:
    first = "@anna@a.test Join 12 of us in the finest casino on earth https://x.test/1"
    again = "@bob@b.test  join 99 of us in the FINEST casino on earth https://x.test/2 \u200b"
    assert fingerprint(first) == fingerprint(again) != ""
    assert fingerprint("good morning") == ""
    assert fingerprint("@a", ("https://x.test/1",)) == fingerprint("@b @c", ("https://x.test/1",)) != ""
    said = saying(first, mentions=1)
    assert await finds(said, "repeats", Told(others=4)) == "said by 4 others"
    assert not await finds(said, "repeats", Told(others=3))
    assert not await finds(replace(said, mentions=0), "repeats", Told(others=9))


async def test_rules_for_servers_hold_for_them_and_what_is_below() -> None:
    marked = link("servers", only="peer.test", action="rewrite", changes=["sensitive"])
    assert (await judge(SAID, marked)).changes == {Change.SENSITIVE}
    for other in (replace(SAID, host="notpeer.test"), replace(SAID, host="", door=Door.LOCAL)):
        assert (await judge(other, marked)).action == Action.ACCEPT
    spared = replace(link("words", words=["hello"]), except_hosts=frozenset({"a.peer.test"}))
    assert (await judge(SAID, spared)).action == Action.ACCEPT
    assert (await judge(replace(SAID, host="b.peer.test"), spared)).action == Action.HOLD


async def test_private_posts_and_other_doors_are_left_alone_where_that_is_wanted() -> None:
    direct = replace(SAID, visibility=Visibility.DIRECT)
    assert (await judge(direct, link("words", words=["hello"]))).action == Action.HOLD
    assert (await judge(direct, link("words", words=["hello"], private=False))).action == Action.ACCEPT
    assert (await judge(SAID, link("words", doors=(Door.CHAT,), words=["hello"]))).action == Action.ACCEPT


async def test_the_strictest_holds_and_changes_add_up() -> None:
    warned = link("words", words=["hello"], action="rewrite", changes=["warn"], warning="Greeting")
    held = link("words", words=["hello"], action="hold", changes=["untell"])
    rejected = link("words", words=["hello"], action="reject", reason="No greetings")
    verdict = await judge(SAID, warned, held)
    assert (verdict.action, verdict.changes, verdict.warning) == (
        Action.HOLD,
        {Change.WARN, Change.UNTELL},
        "Greeting",
    )
    verdict = await judge(SAID, held, rejected, warned)
    assert (verdict.action, verdict.reason, len(verdict.matches)) == (Action.REJECT, "No greetings", 2)


async def test_a_policy_that_fails_is_as_good_as_off() -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("broken")

    broken = replace(link("servers"), find=fail)
    assert (await judge(SAID, broken, link("words", words=["hello"]))).action == Action.HOLD


async def test_the_hook_is_asked_signed_and_its_word_holds() -> None:
    facts = Told(answer={"action": "reject", "reason": "Not today"})
    verdict = await judge(SAID, link("hook", url="https://hook.test/", secret="s"), facts=facts)
    assert (verdict.action, verdict.reason) == (Action.REJECT, "Not today")
    assert facts.sent is not None
    url, headers, body, seconds = facts.sent
    stamp = headers["Echo-Timestamp"]
    made = hmac.new(b"s", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Echo-Signature"] == f"sha256={made}" == signature("s", stamp, body)
    assert (url, seconds, json.loads(body)["text"]) == ("https://hook.test/", 2.0, "hello")
    for away, action in (("accept", Action.ACCEPT), ("hold", Action.HOLD)):
        for answer in (None, {"action": "dance"}):
            silent = link("hook", url="https://hook.test/", when_away=away)
            assert (await judge(SAID, silent, facts=Told(answer=answer))).action == action
    direct = replace(SAID, visibility=Visibility.DIRECT)
    facts = Told(answer={"action": "reject"})
    assert (await judge(direct, link("hook", url="https://h.test/"), facts=facts)).action == Action.ACCEPT
    assert facts.sent is None, "private posts are not sent out"


def _allowed(settings: type, name: str) -> set[str]:
    """What a setting with options takes, as its type says; nothing for the others."""
    hint = get_type_hints(settings)[name]
    inner = get_args(hint)[0] if get_origin(hint) is list else hint
    return set(Change) if inner is Change else set(get_args(inner))


def test_every_kind_describes_all_its_settings() -> None:
    for kind in catalogue.KINDS.values():
        assert kind.title
        assert kind.about.endswith(".")
        for field in catalogue.fields_of(kind):
            assert field.title, f"{kind.name}.{field.name}"
            assert field.description.endswith("."), f"{kind.name}.{field.name}"
            assert set(field.options) == _allowed(kind.settings, field.name), f"{kind.name}.{field.name}"
            for does in field.options.values():
                assert does[0].isupper(), f"{kind.name}.{field.name}: {does}"
                assert " " in does, f"{kind.name}.{field.name}: {does}"
        assert catalogue.read(kind, {}) == kind.settings(), kind.name
        with pytest.raises(Invalid):
            catalogue.read(kind, {"nonsense": 1})


def test_the_page_of_the_documentation_says_what_the_declarations_say() -> None:
    assert policies_page.PAGE.read_text(encoding="utf-8") == policies_page.written(), (
        "python -m tests.policies_page"
    )
