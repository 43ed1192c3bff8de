"""What stands in columns and configuration, in words that people use: THE table."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "severity": {"suspend": "suspended", "silence": "limited", "noop": "files or reports only"},
    "category": {
        "spam": "spam",
        "legal": "against the law",
        "violation": "against the rules",
        "other": "something else",
    },
    "visibility": {
        "public": "for everybody",
        "unlisted": "for everybody, not in timelines",
        "private": "for followers",
        "direct": "for those it names",
        "list": "for a list",
    },
    "state": {
        "active": "Active",
        "pending": "Waiting for a yes",
        "disabled": "Frozen",
        "silenced": "Limited",
        "suspended": "Suspended",
        "sensitized": "Sensitive",
    },
    "delivery": {"pending": "waits", "leased": "under way", "done": "arrived", "dead": "given up"},
    "noun": {"canonical_email": "mailbox", "ip": "network", "preset": "words for strikes", "text": "text"},
    # Settings of the house, and what can be chosen for them
    "setting": {
        "instance.title": "Name",
        "instance.description": "What it is, in a sentence or two",
        "instance.contact_email": "E-mail address for questions",
        "instance.contact_account": "Account for questions",
        "instance.languages": "Languages",
        "instance.suggested": "People to follow first",
        "instance.publish_peers": "Tell which other servers are known here",
        "instance.publish_activity": "Tell how much is done here",
        "instance.publish_blocks": "Who reads which servers are blocked",
        "instance.publish_block_reasons": "Who reads why they are blocked",
        "registrations.mode": "Who gets in",
        "registrations.confirm_email": "E-mail addresses must be confirmed",
        "registrations.reason_required": "They must say why they want to join",
        "registrations.min_age": "Least age",
        "registrations.message": "What is said while nobody can sign up",
        "registrations.url": "Page for signing up elsewhere",
        "timelines.live_local": "New posts of people here",
        "timelines.live_remote": "New posts of other servers",
        "timelines.hashtag_local": "Hashtags: posts of people here",
        "timelines.hashtag_remote": "Hashtags: posts of other servers",
        "timelines.link_local": "Links: posts of people here",
        "timelines.link_remote": "Links: posts of other servers",
    },
    "option": {
        "nobody": "Nobody",
        "users": "People here",
        "all": "Everybody",
        "open": "Everybody",
        "approval": "Whom a moderator lets in",
        "invite": "Who was invited",
        "closed": "Nobody",
        "public": "Everybody",
        "authenticated": "People here",
        "disabled": "Nobody",
    },
}


def said(value: str, noun: str) -> str:
    """A stored word, as people say it.

    Shapes:  noun: which words, a key of `WORDS`
    Returns: the word itself, with spaces, where there is no other
    """
    return WORDS[noun].get(value, value.replace("_", " "))
