"""What a post of another server says, as clean HTML: its title, when and where, its text, and where it is."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from activitypub import objects as wire
from activitypub.vocabulary import NoteKind
from echo import addresses, settings
from echo.text import sanitize
from echo.text.markdown import render_markdown
from echo.text.markup import render, render_plain
from echo.text.plain import escape

# Kinds that are shown as they are; of the others a link to the original is shown as well.
SHORT = frozenset({NoteKind.NOTE, NoteKind.QUESTION, NoteKind.CHAT_MESSAGE})
# In longer texts nothing is looked for, neither Markdown nor links: the parsers are made for what people
# type, and hostile text takes them a time that grows with its square. PeerTube's texts end at 10,000.
PARSED_CHARACTERS = 10_000


def html_of(note: wire.Note) -> str:
    """Shapes:  result: clean, at most limits.remote_post_bytes"""
    limit = settings.here().limits.remote_post_bytes
    html = sanitize.clean(_raw(note, limit))
    if len(html.encode()) > limit:
        # Escapes can make the clean text longer than what came.
        html = sanitize.clean(_raw(note, limit // 8))
    return html


def spoiler_of(note: wire.Note) -> str:
    """What is written over a post that is folded up: of short ones the summary, of others where they hide."""
    if note.kind in SHORT or note.sensitive:
        return sanitize.to_text(note.summary or "")
    return ""


def _raw(note: wire.Note, limit_bytes: int) -> str:
    content = _content(note, limit_bytes)
    if not content and not spoiler_of(note):
        content = "" if note.kind in SHORT else note.summary or ""
    pieces = [_title(note, content), _happening(note.happening), content]
    if note.kind not in SHORT:
        pieces += [_links(note, content)]
    return "".join(pieces)


def _content(note: wire.Note, limit_bytes: int) -> str:
    content = note.content.encode()[:limit_bytes].decode(errors="ignore")
    if note.media_type in (None, "text/html", "application/xhtml+xml"):
        return content
    if len(content) > PARSED_CHARACTERS:
        return render_plain(content)
    tag_url = addresses.here().tag_page
    if note.media_type == "text/markdown":
        return render_markdown(content, mention_urls={}, tag_url=tag_url).html
    return render(content, mention_urls={}, tag_url=tag_url).html


def _title(note: wire.Note, content: str) -> str:
    """The title, where the text does not begin with it."""
    title = sanitize.to_text(note.name or "")
    first_line = sanitize.to_text(content[: 8 * len(title) + 1_000]).partition("\n")[0].strip()
    if title in ("", first_line):
        return ""
    return f"<p><strong>{escape(title)}</strong></p>"


def _happening(happening: wire.Happening | None) -> str:
    if happening is None:
        return ""
    lines = [f"\U0001f4c5 {_period(happening)}"]
    if happening.place:
        lines.append(f"\U0001f4cd {happening.place}")
    return f"<p>{'<br>'.join(map(escape, lines))}</p>"


def _period(happening: wire.Happening) -> str:
    """From when to when, as the clocks go there."""
    zone, name = _zone(happening.timezone)
    start = _local(happening.start_at, zone)
    text = f"{start:%Y-%m-%d %H:%M}"
    if happening.end_at is not None:
        end = _local(happening.end_at, zone)
        text += f" \u2013 {end:%H:%M}" if end.date() == start.date() else f" \u2013 {end:%Y-%m-%d %H:%M}"
    return f"{text} ({name})"


def _local(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _zone(name: str | None) -> tuple[tzinfo, str]:
    """A time zone by its name; UTC for what is none."""
    try:
        return (ZoneInfo(name), name) if name else (UTC, "UTC")
    except (LookupError, ValueError, OSError):
        return UTC, "UTC"


def _links(note: wire.Note, content: str) -> str:
    """The page that it links to (Lemmy), and where it is itself; not what stands in the text already."""
    own = sanitize.safe_url(note.url) or note.id
    linked = (sanitize.safe_url(part.url) for part in note.attachments if part.kind == "Link")
    wanted = dict.fromkeys(url for url in (*linked, own) if url is not None and url not in content)
    return "".join(f'<p><a href="{escape(url)}">{escape(url)}</a></p>' for url in wanted)
