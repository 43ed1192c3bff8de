"""Why an activity had no effect: short codes, kept with it, counted by `echoctl federation inbound`."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """`EFFECT` is the empty text: something changed."""

    EFFECT = ""

    # Who says it
    FORWARDED = "forwarded"  # the sender is not the actor, and there is nothing to ask the origin for
    FOREIGN_ID = "foreign-id"  # the activity has an id on another server than its actor's
    FOREIGN_OBJECT = "foreign-object"  # about something that the actor does not own
    FOREIGN_AUTHOR = "foreign-author"  # a post that names another author than its sender
    TAKEN_ID = "taken-id"  # a post under the id of somebody, of a list of theirs or of what brings it
    UNKNOWN_ACTOR = "unknown-actor"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    REPORTS_REFUSED = "reports-refused"  # no reports are taken from its server
    TOO_MANY = "too-many"  # one server passes on more than is looked at
    UNPROVEN = "unproven"  # the other side does not say so

    # What it is
    UNSUPPORTED = "unsupported"  # a kind of activity that this server does nothing with
    UNSUPPORTED_OBJECT = "unsupported-object"
    MALFORMED = "malformed"
    NO_ID = "no-id"
    DISLIKE = "dislike"  # votes against something are not kept
    BAN = "ban"  # a community shuts somebody out, which says nothing about two people
    NO_OBJECT = "no-object"  # done with nothing
    VOTE = "vote"  # does not count: over, no such answer, a second one

    # What it is about
    NOT_OURS = "not-ours"  # would concern somebody here, but names nobody here
    UNKNOWN_OBJECT = "unknown-object"
    DELETED = "deleted"  # about something that was deleted before
    UNREADABLE = "unreadable"  # about a post that its actor may not read
    DUPLICATE = "duplicate"  # known already
    STALE = "stale"  # older than what is known
    COMES_ITSELF = "comes-itself"  # from a relay, and its author's server delivers it here anyway
    UNRELATED = "unrelated"  # nobody here follows the author or is addressed
    NOT_ADDRESSED = "not-addressed"  # private, and nobody here is meant

    # What went wrong
    NOT_FOUND = "not-found"
    REFUSED = "refused"  # by a rule of this server
    POLICY = "policy"  # a policy of this server rejects it
    HELD = "held"  # a policy keeps it until a moderator decides
    GAVE_UP = "gave-up"  # failed too often
