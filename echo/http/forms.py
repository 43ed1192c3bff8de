"""Read the body of a Quart request: JSON, URL-encoded or multipart, with or without a content type."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO
from urllib.parse import parse_qsl

import msgspec
from quart import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from echo.errors import BadRequest, TooLarge
from echo.http.exchange import BARE
from echo.http.params import MAX_VALUES, Pair, Params, merge

_FIELD_BYTES = 1024 * 1024
# A body that is no multipart is read into memory; no client sends one that is larger.
_PLAIN_BYTES = 2 * 1024 * 1024
_MEMORY_BYTES = 256 * 1024  # larger parts go to disk
_MEMORY_PARTS, _FURTHER_BYTES = 8, 4 * 1024  # of further parts so much stays in memory
_TEXT_BYTES = 4 * 1024 * 1024  # of all texts of a multipart body together
_BODY_SECONDS = 60
_CHARSETS = frozenset(("iso-8859-1", "latin1", "windows-1252", "utf-16"))


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body. Its name and type are what the client claims, and never trusted."""

    filename: str
    content_type: str
    size_bytes: int
    file: IO[bytes]

    def read(self) -> bytes:
        """The whole content; callers have capped the body."""
        self.file.seek(0)
        return self.file.read()


@dataclass(frozen=True, slots=True)
class Form:
    """Parameters and files of a request. A context manager: leaving it deletes the files."""

    params: Params
    files: dict[str, Upload] = field(default_factory=dict)

    def __enter__(self) -> Form:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for upload in self.files.values():
            upload.file.close()


async def read_params(request: Request, *, max_bytes: int) -> Params:
    """The parameters of a request from query and body; files are not kept.

    Raises:  BadRequest when the body is not what its type says, TooLarge when it is over `max_bytes`
    """
    with await read_form(request, max_bytes=max_bytes) as form:
        return form.params


async def read_form(request: Request, *, max_bytes: int) -> Form:
    """The parameters and files of a request; use it in a `with`. A body can be read once.

    Shapes:  max_bytes: of the whole body; it is counted while it arrives, whatever its length header says.
             What is no multipart has no files, and a cap of 2 MiB at most
    Raises:  BadRequest when the body is not what its type says, TooLarge when it is over `max_bytes`
    """
    query = _pairs(request.query_string.decode("utf-8", "replace"))
    if request.scope.get(BARE):
        return Form(merge(query, [], None))
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind.lower() == "multipart/form-data":
        chunks = _chunks(request, max_bytes)
        async with _in_time(request):
            return await _read_multipart(query, chunks, options.get("boundary", ""))
    body = await read_bytes(request, max_bytes=min(max_bytes, _PLAIN_BYTES))
    form, json = _read_body(body, kind.lower(), options.get("charset", "utf-8"))
    return Form(merge(query, form, json))


async def read_bytes(request: Request, *, max_bytes: int) -> bytes:
    """The body as it came.

    Raises:  TooLarge when it is over `max_bytes`, BadRequest (408) when it does not arrive in time
    """
    async with _in_time(request):
        pieces = [chunk async for chunk in _chunks(request, max_bytes)]
    return b"".join(pieces)


@asynccontextmanager
async def _in_time(request: Request) -> AsyncIterator[None]:
    """All of a body must be there by then, however it drips."""
    try:
        async with asyncio.timeout(request.body_timeout or _BODY_SECONDS):
            yield
    except TimeoutError as error:
        raise BadRequest("The body did not arrive in time", status=408) from error
    except RequestEntityTooLarge as error:
        raise TooLarge from error


async def _chunks(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    if (request.content_length or 0) > max_bytes:
        raise TooLarge
    total_bytes = 0
    async for chunk in request.body:
        total_bytes += len(chunk)
        if total_bytes > max_bytes:
            raise TooLarge
        yield chunk


def _read_body(body: bytes, kind: str, charset: str) -> tuple[list[Pair], object]:
    """The pairs of a URL-encoded body, or the value of a JSON body; other types have no parameters."""
    is_json = kind in ("application/json", "text/json") or kind.endswith("+json")
    is_form = kind in ("application/x-www-form-urlencoded", "application/x-url-encoded")
    if not kind:
        is_json = body.lstrip()[:1] in (b"{", b"[")
        is_form = not is_json
    if is_json:
        return [], _json(body, charset.lower()) if body.strip() else None
    if is_form:
        return _pairs(body.decode("utf-8", "replace")), None
    return [], None


def _json(body: bytes, charset: str) -> object:
    try:
        text = body.decode(charset if charset in _CHARSETS else "utf-8-sig")
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError) as error:
        raise BadRequest("The body is not readable JSON", detail=str(error)) from error


def _pairs(encoded: str) -> list[Pair]:
    try:
        return parse_qsl(encoded, keep_blank_values=True, errors="replace", max_num_fields=MAX_VALUES)
    except ValueError as error:
        raise TooLarge("Too many parameters") from error


async def _read_multipart(query: list[Pair], chunks: AsyncIterator[bytes], boundary: str) -> Form:
    parts: list[_Part] = []
    try:
        await _fill(parts, chunks, boundary)
        texts, files = _sort_parts(parts)
        return Form(merge(query, texts, None), files)
    except BaseException:
        for part in parts:
            part.file.close()
        raise


@dataclass(slots=True)
class _Part:
    name: str
    filename: str | None
    content_type: str
    file: IO[bytes]
    size_bytes: int = 0


async def _fill(parts: list[_Part], chunks: AsyncIterator[bytes], boundary: str) -> None:
    if not boundary or not boundary.isascii():
        raise BadRequest("The body is not readable multipart data", detail="no boundary")
    decoder = MultipartDecoder(boundary.encode("ascii"), max_parts=MAX_VALUES)
    try:
        async for chunk in chunks:
            decoder.receive_data(chunk)
            _take(parts, decoder)
        decoder.receive_data(None)
        _take(parts, decoder)
    except ValueError as error:
        raise BadRequest("The body is not readable multipart data", detail=str(error)) from error


def _take(parts: list[_Part], decoder: MultipartDecoder) -> None:
    event = decoder.next_event()
    while not isinstance(event, Epilogue | NeedData):
        if isinstance(event, Field | File):
            filename = event.filename if isinstance(event, File) else None
            content_type = parse_options_header(event.headers.get("content-type", ""))[0]
            in_memory = _MEMORY_BYTES if len(parts) < _MEMORY_PARTS else _FURTHER_BYTES
            file = tempfile.SpooledTemporaryFile(in_memory)  # noqa: SIM115 closed with the form
            parts.append(_Part(event.name or "", filename, content_type.lower(), file))
        elif isinstance(event, Data):
            parts[-1].file.write(event.data)
            parts[-1].size_bytes += len(event.data)
        event = decoder.next_event()


def _sort_parts(parts: Iterable[_Part]) -> tuple[list[Pair], dict[str, Upload]]:
    """Texts and files. Clients leave out file names and types, so what is no text counts as a file."""
    texts: list[Pair] = []
    files: dict[str, Upload] = {}
    left_bytes = _TEXT_BYTES
    for part in parts:
        text = _text_of(part)
        left_bytes -= 0 if text is None else part.size_bytes
        if left_bytes < 0:
            raise TooLarge
        empty_choice = part.filename is not None and not part.size_bytes
        if text is None and part.name and not empty_choice and part.name not in files:
            files[part.name] = Upload(part.filename or "", part.content_type, part.size_bytes, part.file)
            continue
        part.file.close()
        if text is not None and part.name:
            texts.append((part.name, text))
    return texts, files


def _text_of(part: _Part) -> str | None:
    if part.filename is not None or part.content_type.startswith(("image/", "video/", "audio/")):
        return None
    if part.size_bytes > _FIELD_BYTES:
        return None
    part.file.seek(0)
    try:
        return part.file.read().decode("utf-8")
    except UnicodeDecodeError:
        return None
