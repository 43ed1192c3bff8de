"""What has gone wrong on servers of this kind: the id that tests are named by, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Part:
    """A group of rows. `must`: every row of it has a test."""

    letter: str
    title: str
    rows: dict[str, str]
    must: bool = True


PARTS: Final = (
    Part(
        "A",
        "Who it is: origins, keys, signatures",
        {
            "S-A01": "a document counts only where its id lives",
            "S-A02": "a key is somebody's when they list it, and it names them",
            "S-A04": "nobody acts in the name of another, and that is checked first",
            "S-A05": "a signature covers target, host, date and the digest of this very body",
            "S-A07": "old and future requests are refused, clocks may differ a little",
            "S-A09": "the same delivery again changes nothing",
            "S-A11": "goodbyes whose key is gone end quietly",
            "S-A13": "a signed copy that somebody passes on is no proof by itself",
            "S-A15": "id, host and handle of somebody known stay theirs",
            "S-A17": "what is ours is looked up, never fetched or made",
            "S-A18": "RFC 9421 covers no less, and is no way round the older scheme",
        },
    ),
    Part(
        "B",
        "Asking others: types, redirects, addresses, time and size",
        {
            "S-B01": "only ActivityPub media types are believed",
            "S-B04": "each redirect is checked, counted and signed anew",
            "S-B05": "only public addresses are dialled, as seen at the moment of dialling",
            "S-B07": "odd spellings of inner addresses are refused",
            "S-B09": "there is one way out, and no field leads it inside",
            "S-B11": "values in addresses stay values",
            "S-B12": "a deadline by the wall clock ends dripping answers",
            "S-B13": "an answer that is too long is left",
            "S-B16": "a slow host takes no place from others",
            "S-B17": "collections and threads without end come to an end",
            "S-B19": "pauses that are asked for are kept, within reason",
            "S-B20": "two servers that both want signatures do not wait for each other",
        },
    ),
    Part(
        "C",
        "Activities: forged, repeated, malformed",
        {
            "S-C01": "only the owner updates",
            "S-C03": "only the owner deletes",
            "S-C04": "only one's own is undone",
            "S-C05": "a Create of somebody else's post changes nothing",
            "S-C06": "what a boost says of the post is not believed",
            "S-C08": "a follow counts when its very target has accepted it",
            "S-C10": "nobody is moved without consent of both accounts",
            "S-C12": "the blocked reach nobody who blocks them, in no way",
            "S-C13": "reports are cut, shown as text, attach nobody else's posts and hide who reports",
            "S-C15": "pins are in one's own collection only, and not without end",
            "S-C16": "votes that may not count do not",
            "S-C18": "what was deleted does not come back",
            "S-C20": "an older version never replaces a newer one",
            "S-C21": "every spelling of an audience is read, and in doubt as the most private",
            "S-C23": "crowds of mentions, tags, files and emojis are counted before any work",
            "S-C24": "a quote counts with an approval from the origin of the quoted author",
            "S-C25": "fields of an unexpected kind are dropped at the door",
            "S-C28": "one odd post breaks no list",
        },
    ),
    Part(
        "D",
        "JSON and JSON-LD",
        {
            "S-D01": "a body over the lid is refused, whatever it says of its length",
            "S-D02": "deep nesting is refused, never a server error",
            "S-D04": "no context is ever fetched",
            "S-D07": "odd numbers are refused",
            "S-D08": "wide lists are cut or refused, quickly",
        },
    ),
    Part(
        "E",
        "HTML, texts, links",
        {
            "S-E01": "hostile HTML is inert, from elsewhere and from here",
            "S-E02": "whatever comes, cleaning ends well and in linear time",
            "S-E03": "what translators, pages and old versions say is clean as well",
            "S-E06": "nothing of the HTML of an oEmbed is kept",
            "S-E07": "a link shows the host it leads to",
            "S-E08": "addresses are http or https, when read and when shown",
            "S-E09": "no parameter leads to another server",
            "S-E10": "every page has the strict policy",
            "S-E12": "direction marks and invisible characters do not disguise a name",
        },
    ),
    Part(
        "F",
        "Files",
        {
            "S-F01": "files are looked at before they are kept, names mean nothing",
            "S-F02": "nothing that runs is served from here",
            "S-F03": "pictures are measured before they are decoded",
            "S-F05": "films beyond the limits are refused",
            "S-F07": "helper programs reach nothing",
            "S-F08": "what a picture says of its place is gone",
            "S-F10": "archives escape no folder and do not swell",
            "S-F11": "files of others cannot be used or deleted",
            "S-F13": "large uploads are refused early",
            "S-F14": "strangers cannot make us fetch files",
            "S-F15": "links to exports end",
        },
        must=False,
    ),
    Part(
        "G",
        "Privacy and visibility",
        {
            "S-G01": "every surface asks the one table who may see a post",
            "S-G03": "private and absent look alike",
            "S-G05": "a private post goes to exactly those it is for, looked at when it is sent",
            "S-G07": "boosts and quotes never widen who reads",
            "S-G08": "an edit keeps its readers, and its visibility",
            "S-G09": "what is over is gone from everywhere",
            "S-G10": "in secure mode every document needs a signer who is not blocked",
            "S-G12": "hidden lists and counts are hidden everywhere",
            "S-G13": "the filter of notifications goes by who people are to each other",
            "S-G14": "what is for admins is for nobody else",
            "S-G15": "a closed server is closed in every list, feed and stream",
            "S-G17": "no secret stands in a log, a job or a dead letter",
            "S-G18": "those who do not take part learn nothing of a conversation",
        },
    ),
    Part(
        "H",
        "Sign-in, sessions, accounts",
        {
            "S-H01": "redirect addresses are compared exactly",
            "S-H03": "a code works once, for ten minutes",
            "S-H04": "a code is for the app that asked for it",
            "S-H05": "PKCE cannot be left out",
            "S-H06": "scopes are checked on each route",
            "S-H08": "forms from elsewhere do nothing",
            "S-H09": "a new password ends what the old one opened",
            "S-H11": "sessions begin at log-in and end at log-out",
            "S-H12": "second factors cannot be guessed",
            "S-H14": "answers do not tell who exists",
            "S-H15": "the address of a client cannot be forged",
            "S-H17": "reset links work once, for an hour, and name our host",
            "S-H18": "odd e-mail addresses are refused",
            "S-H20": "the suspended and unconfirmed get nowhere with a token",
            "S-H22": "the secret of an app is told once",
            "S-H23": "invites end",
        },
        must=False,
    ),
    Part(
        "I",
        "The API",
        {
            "S-I01": "things of others are unknown",
            "S-I03": "nobody acts on equals or on those above",
            "S-I04": "no text becomes part of a statement",
            "S-I06": "odd ids are unknown, never an error",
            "S-I07": "only what may be written is written",
            "S-I08": "lists have an end",
            "S-I09": "texts have an end",
            "S-I11": "idempotency keys are one's own",
            "S-I12": "errors tell nothing of the inside",
        },
        must=False,
    ),
    Part(
        "J",
        "Streams",
        {
            "S-J01": "a stream ends with what it was opened by",
            "S-J03": "streams need scopes",
            "S-J05": "cookies of other sites open nothing",
            "S-J06": "readers that do not read are closed",
            "S-J07": "connections are counted",
            "S-J08": "floods of frames are closed",
            "S-J09": "filters hold in streams",
        },
    ),
    Part(
        "K",
        "Exhaustion",
        {
            "S-K01": "slow requests end",
            "S-K02": "a flood from one host is not felt by others",
            "S-K06": "contention is bounded",
            "S-K07": "blocked hosts fill no table",
            "S-K08": "slow statements end",
        },
        must=False,
    ),
    Part(
        "L",
        "Handles and domains",
        {
            "S-L01": "a handle counts when host and actor agree",
            "S-L02": "circles of handles end",
            "S-L03": "host-meta with entities is none",
            "S-L04": "names have one spelling",
            "S-L07": "bad resources are refused",
        },
        must=False,
    ),
    Part(
        "M",
        "Chat, push, operation",
        {
            "S-M01": "nobody reads for others",
            "S-M02": "after a block nothing is written",
            "S-M04": "push subscriptions are one's own, and reach nothing inside",
            "S-M05": "nothing in a queue is run",
            "S-M06": "native parts are known and new",
            "S-M07": "debug and metrics are not for strangers",
            "S-M08": "exports are for their owner",
        },
        must=False,
    ),
)
