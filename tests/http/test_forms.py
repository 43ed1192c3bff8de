from __future__ import annotations

import gzip

import pytest
from quart import Quart, Request, request
from werkzeug.datastructures import Headers

from echo.errors import EchoError
from echo.http.forms import read_form, read_params

MAX_BYTES = 300_000
BOUNDARY = "xyz"


@pytest.fixture
def app() -> Quart:
    app = Quart(__name__)

    @app.route("/", methods=["GET", "POST", "PUT", "DELETE"])
    async def echo() -> tuple[dict[str, object], int]:
        try:
            with await read_form(request, max_bytes=MAX_BYTES) as form:
                files = {
                    name: [upload.filename, upload.content_type, upload.size_bytes, upload.read()[:20].hex()]
                    for name, upload in form.files.items()
                }
                return {"params": dict(form.params.values), "files": files}, 200
        except EchoError as error:
            return {"error": error.public}, error.status

    return app


async def send(
    app: Quart, body: bytes = b"", kind: str | None = None, *, method: str = "POST", query: str = ""
) -> tuple[int, dict[str, object], dict[str, list[object]]]:
    headers = Headers({"Content-Type": kind} if kind is not None else {})
    client = app.test_client()
    response = await client.open(  # type: ignore[call-arg]
        "/?" + query, method=method, headers=headers, data=body
    )
    answer = await response.get_json()
    return response.status_code, answer.get("params", {}), answer.get("files", {})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&b%5B%5D=x&b[]=%C3%BC+y", "application/x-www-form-urlencoded"),
        (b"a=1&b[]=x&b[]=%c3%bc%20y", "application/x-www-form-urlencoded; charset=UTF-8"),
        (b"a=1&b[]=x&b[]=\xc3\xbc+y", "Application/X-WWW-Form-URLEncoded"),
        (b"a=1&b[]=x&b[]=%C3%BC+y", None),
        ('{"a": "1", "b": ["x", "ü y"]}'.encode(), "application/json"),
        ('{"a": "1", "b[]": ["x", "ü y"]}'.encode(), "application/json; charset=utf-8"),
        ('\ufeff{"a": "1", "b": ["x", "ü y"]}'.encode(), "application/json"),
        ('{"a": "1", "b": ["x", "ü y"]}'.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        ('{"a": "1", "b": ["x", "ü y"]}'.encode(), "application/vnd.api+json"),
        (' {"a": "1", "b": ["x", "ü y"]}'.encode(), None),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_bodies(app: Quart, body: bytes, kind: str | None, method: str) -> None:
    status, params, _ = await send(app, body, kind, method=method)
    assert status == 200
    assert params == {"a": "1", "b": ["x", "ü y"]}


@pytest.mark.parametrize(
    "kind", [None, "application/json", "application/x-www-form-urlencoded", "text/plain"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_query_alone(app: Quart, kind: str | None, method: str) -> None:
    status, params, _ = await send(app, b"", kind, method=method, query="a=1&b[]=x&b%5B%5D=y&c&d=%FF")
    assert (status, params) == (200, {"a": "1", "b": ["x", "y"], "c": "", "d": "\ufffd"})


def part(name: str, content: bytes, *, filename: str | None = None, kind: str | None = None) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"'
    if kind is not None:
        head += f"\r\nContent-Type: {kind}"
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


async def test_multipart(app: Quart) -> None:
    body = (
        part("status", "grüße".encode())
        + part("media_ids[]", b"1")
        + part("media_ids[]", b"2", kind="text/plain; charset=utf-8")
        + part("file", b"\x89PNG", filename="../../x.png", kind="image/png")
        + END
    )
    status, params, files = await send(app, body, MULTIPART, query="visibility=public")
    assert status == 200
    assert params == {"visibility": "public", "status": "grüße", "media_ids": ["1", "2"]}
    assert files == {"file": ["../../x.png", "image/png", 4, b"\x89PNG".hex()]}


async def test_files_without_name_or_type(app: Quart) -> None:
    body = (
        part("a", b"\xff\xd8\xff\xe0")
        + part("b", b"text", filename="b")
        + part("c", b"abc", kind="image/jpeg")
        + part("unchosen", b"", filename="", kind="application/octet-stream")
        + part("large", b"x" * 280_000, filename="large.bin")
        + END
    )
    _, params, files = await send(app, body, MULTIPART)
    assert params == {}
    assert {name: upload[2] for name, upload in files.items()} == {"a": 4, "b": 4, "c": 3, "large": 280_000}


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b'{"a":', "application/json", 400),
        (b"a=1", "application/json", 400),
        (b'{"a": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"9" * 10_000, "application/json", 400),
        (b"{", None, 400),
        (part("a", b"1"), MULTIPART, 400),
        (b"nothing", MULTIPART, 400),
        (part("a", b"1") + END, "multipart/form-data", 400),
        (b"--xyz\r\nX: y\r\n\r\nz\r\n" + END, MULTIPART, 400),
        (b"a=" + b"x" * MAX_BYTES, "application/x-www-form-urlencoded", 413),
        (b'{"a":"' + b"x" * MAX_BYTES + b'"}', "application/json", 413),
        (part("a", b"x" * MAX_BYTES, filename="x") + END, MULTIPART, 413),
        (part("a", b"1") * 1001 + END, MULTIPART, 413),
        (b"a=1&" * 1001, "application/x-www-form-urlencoded", 413),
        (b"&" * 2000, None, 413),
        (b"\x00\x01binary", "application/octet-stream", 200),
        (b"<xml/>", "text/xml", 200),
        (gzip.compress(b'{"a":1}', mtime=0), "text/plain", 200),
        (b"null", "application/json", 200),
        (b"", MULTIPART + "x", 400),
    ],
)
async def test_broken_and_oversize_bodies(app: Quart, body: bytes, kind: str | None, expected: int) -> None:
    status, params, files = await send(app, body, kind)
    assert status == expected
    assert params == {}
    assert files == {}


async def _dripping(app: Quart, chunks: list[bytes], headers: dict[str, str]) -> Request:
    async def push(_path: str, _headers: Headers) -> None: ...

    made = app.request_class(
        "POST",
        "http",
        "/",
        b"",
        Headers({"Content-Type": "application/x-www-form-urlencoded", **headers}),
        "",
        "1.1",
        {},  # type: ignore[typeddict-item]
        send_push_promise=push,
    )
    for chunk in chunks:
        made.body.append(chunk)
    return made


async def test_s_f13_the_cap_counts_what_arrives_not_what_is_announced(app: Quart) -> None:
    made = await _dripping(app, [b"a=" + b"x" * 200], {})
    made.body.set_complete()
    with pytest.raises(EchoError) as caught:
        await read_params(made, max_bytes=100)
    assert caught.value.status == 413


async def test_s_f13_an_announced_length_over_the_cap_is_refused_at_once(app: Quart) -> None:
    made = await _dripping(app, [], {"Content-Length": "101"})
    with pytest.raises(EchoError) as caught:
        await read_params(made, max_bytes=100)
    assert caught.value.status == 413


async def test_s_k01_a_body_that_never_ends_is_given_up(app: Quart) -> None:
    made = await _dripping(app, [b"a=1"], {})
    made.body_timeout = 0.05  # type: ignore[assignment]
    with pytest.raises(EchoError) as caught:
        await read_params(made, max_bytes=100)
    assert caught.value.status == 408


async def test_params_alone(app: Quart) -> None:
    made = await _dripping(app, [b"a=1"], {})
    made.body.set_complete()
    assert (await read_params(made, max_bytes=100)).text("a") == "1"
