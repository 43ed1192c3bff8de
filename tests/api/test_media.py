"""Uploads and the files themselves."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from quart.datastructures import FileStorage

from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.media import pictures

MEDIA = "/api/v2/media"


async def _upload(
    api: Api, owner: Person, content: bytes, *, path: str = MEDIA, **form: str
) -> dict[str, object]:
    files = {"file": FileStorage(io.BytesIO(content), filename="picture")}
    found: dict[str, object] = (await api.post(path, by=owner, files=files, form=form)).one("MediaAttachment")
    return found


@pytest.mark.parametrize("path", [MEDIA, "/api/v1/media"])
async def test_an_image_is_ready_at_once(api: Api, path: str) -> None:
    alice = await make.person()
    made = await _upload(
        api, alice, pictures.jpeg(1200, 800), path=path, description="a gradient", focus="0.5,-0.25"
    )
    assert (made["type"], made["description"]) == ("image", "a gradient")
    assert made["blurhash"]
    assert made["meta"] == {
        "original": {"width": 1200, "height": 800, "size": "1200x800", "aspect": 1.5},
        "small": made["meta"]["small"],  # type: ignore[index]
        "focus": {"x": 0.5, "y": -0.25},
    }
    read = (await api.get(f"/api/v1/media/{made['id']}", by=alice)).one("MediaAttachment")
    assert read == made
    for key in ("url", "preview_url"):
        address = str(made[key])
        file = await api.client.get(address.removeprefix("https://echo.test"), headers={"Host": "echo.test"})
        assert file.status_code == 200
        assert file.headers["Access-Control-Allow-Origin"] == "*"
        assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        Image.open(io.BytesIO(await file.get_data())).load()


@pytest.mark.parametrize("content", [pictures.png(), pictures.webp(), pictures.gif_of(1)])
async def test_each_kind_of_image(api: Api, content: bytes) -> None:
    made = await _upload(api, await make.person(), content)
    assert made["type"] == "image"


async def test_where_a_picture_was_taken_is_not_told(api: Api) -> None:
    exif = Image.Exif()
    exif[0x0110] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    made = await _upload(api, await make.person(), pictures.jpeg(exif=exif))
    address = str(made["url"]).removeprefix("https://echo.test")
    content = await (await api.client.get(address)).get_data()
    assert not Image.open(io.BytesIO(content)).getexif()
    assert b"A camera" not in content


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
async def test_what_is_no_image_is_refused(api: Api, content: bytes) -> None:
    files = {"file": FileStorage(io.BytesIO(content), filename="x.png")}
    await api.post(MEDIA, by=await make.person(), files=files, expect=422)


async def test_an_upload_without_a_file_is_refused(api: Api) -> None:
    alice = await make.person()
    await api.post(MEDIA, by=alice, expect=422)
    await api.post(MEDIA, by=alice, form={"file": "text"}, expect=422)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_picture_is_described_later(api: Api, method: str) -> None:
    alice = await make.person()
    image = await make.image(alice)
    path = f"/api/v1/media/{image.id}"
    made = (await api.ask(method, path, by=alice, form={"description": "a cat", "focus": "1,1"})).one(
        "MediaAttachment"
    )
    assert (made["description"], made["meta"]["focus"]) == ("a cat", {"x": 1.0, "y": 1.0})
    kept = (await api.ask(method, path, by=alice, form={"focus": "7,nan"})).one("MediaAttachment")
    assert kept == made
    await api.ask(method, path, by=alice, json={"description": "x" * 10_001}, expect=422)


async def test_a_description_changes_with_its_post(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    image, other = await make.image(alice), await make.image(bob)
    post = await make.post(alice, "look", media_ids=(image.id,))
    path = f"/api/v1/statuses/{post.id}"
    await api.get(path)
    changes = [
        {"id": str(image.id), "description": "a cat", "focus": "0,1"},
        {"id": other.id, "description": "x"},
    ]
    edited = await api.put(path, by=alice, json={"status": "look", "media_attributes": changes})
    for status in (edited.one("Status"), (await api.get(path)).one("Status")):
        (shown,) = status["media_attachments"]
        assert (shown["description"], shown["meta"]["focus"]) == ("a cat", {"x": 0.0, "y": 1.0})
        assert status["edited_at"] is not None
    again = await api.put(path, by=alice, json={"status": "look", "media_attributes": changes})
    assert again.json["edited_at"] == edited.json["edited_at"]
    assert (await api.get(f"/api/v1/media/{other.id}", by=bob)).json["description"] is None


async def test_a_picture_of_a_post_is_no_draft_any_more(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice)
    await make.post(alice, media_ids=(image.id,))
    await api.get(f"/api/v1/media/{image.id}", by=alice, expect=404)
    await api.put(f"/api/v1/media/{image.id}", by=alice, form={"description": "x"}, expect=404)
    await api.delete(f"/api/v1/media/{image.id}", by=alice, expect=422)


async def test_a_picture_is_thrown_away(api: Api) -> None:
    alice = await make.person()
    made = await _upload(api, alice, pictures.png())
    assert (await api.delete(f"/api/v1/media/{made['id']}", by=alice)).json == {}
    await api.get(f"/api/v1/media/{made['id']}", by=alice, expect=404)
    assert (await api.client.get(str(made["url"]).removeprefix("https://echo.test"))).status_code == 404


async def test_s_i01_pictures_of_others_are_unknown(api: Api) -> None:
    alice, mallory = await make.person(), await make.person()
    image = await make.image(alice, "mine")
    path = f"/api/v1/media/{image.id}"
    await api.get(path, by=mallory, expect=404)
    await api.put(path, by=mallory, form={"description": "hers"}, expect=404)
    await api.delete(path, by=mallory, expect=404)
    assert (await api.get(path, by=alice)).json["description"] == "mine"


@pytest.mark.parametrize(
    "key", ["unknown.png", "../config.toml", "..%2Fconfig.toml", "%00", "a" * 300, "/etc/passwd"]
)
async def test_files_that_are_not_there(api: Api, key: str) -> None:
    assert (await api.client.get(f"/media/{key}")).status_code == 404
