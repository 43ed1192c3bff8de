from __future__ import annotations

import io
import re

import blurhash
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from echo.media.blur import hash_of
from echo.media.images import inspect_and_convert
from echo.media.result import Limits, Refusal, Refused
from tests.media import pictures

SECRET = "secret-place"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("data", "content_type", "preview_type"),
    [
        (pictures.jpeg(), "image/jpeg", "image/jpeg"),
        (pictures.encoded(pictures.gradient(60, 40, "L"), "JPEG"), "image/jpeg", "image/jpeg"),
        (pictures.encoded(pictures.gradient(60, 40, "CMYK"), "JPEG"), "image/jpeg", "image/jpeg"),
        (pictures.png(), "image/png", "image/jpeg"),
        (pictures.png(mode="P"), "image/png", "image/jpeg"),
        (pictures.png(mode="1"), "image/png", "image/jpeg"),
        (pictures.png(mode="LA"), "image/png", "image/jpeg"),
        (pictures.png(mode="RGBA"), "image/png", "image/jpeg"),
        (pictures.encoded(Image.new("RGBA", (60, 40), (255, 0, 0, 128)), "PNG"), "image/png", "image/png"),
        (pictures.encoded(Image.new("I;16", (60, 40), 40_000), "PNG"), "image/png", "image/jpeg"),
        (pictures.webp(), "image/webp", "image/jpeg"),
        (pictures.encoded(pictures.gradient(60, 40), "GIF"), "image/gif", "image/jpeg"),
        (pictures.encoded(pictures.gradient(60, 40), "AVIF"), "image/jpeg", "image/jpeg"),
        (pictures.encoded(Image.new("RGBA", (60, 40), (9, 9, 9, 9)), "AVIF"), "image/png", "image/png"),
    ],
)
def test_every_format(data: bytes, content_type: str, preview_type: str) -> None:
    result = inspect_and_convert(data, Limits())
    assert (result.original.content_type, result.preview.content_type) == (content_type, preview_type)
    for picture in (result.original, result.preview):
        assert opened(picture.data).size == (picture.size.width, picture.size.height) == (60, 40)
        assert opened(picture.data).get_format_mimetype() == picture.content_type  # type: ignore[attr-defined]
    assert re.fullmatch(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{28}", result.blurhash)
    assert not result.is_animated


def test_sixteen_bits_keep_their_brightness() -> None:
    data = pictures.encoded(Image.new("I;16", (8, 8), 128 * 257), "PNG")
    assert opened(inspect_and_convert(data, Limits()).original.data).getpixel((4, 4)) in (127, 128)


def test_meta_has_mastodons_shape() -> None:
    result = inspect_and_convert(pictures.png(1200, 800), Limits())
    assert result.meta == {
        "original": {"width": 1200, "height": 800, "size": "1200x800", "aspect": 1.5},
        "small": {"width": 587, "height": 391, "size": "587x391", "aspect": 587 / 391},
    }


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((400, 100), (200, 50)),
        ((100, 100), (100, 100)),
        ((40_000, 1), (10_000, 1)),
        ((1, 30_000), (1, 10_000)),
    ],
)
def test_large_images_are_scaled_down_in_proportion(size: tuple[int, int], expected: tuple[int, int]) -> None:
    result = inspect_and_convert(pictures.png(*size), Limits(output_pixels=10_000, preview_pixels=100))
    assert (result.original.size.width, result.original.size.height) == expected
    assert result.preview.size.width * result.preview.size.height <= 100


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif.get_ifd(0x8825)[29] = SECRET
    return exif


def _texts() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", SECRET)
    return texts


@pytest.mark.parametrize(
    "data",
    [
        pictures.jpeg(exif=_exif(1), comment=SECRET.encode(), xmp=SECRET.encode()),
        pictures.png(exif=_exif(1), pnginfo=_texts()),
        pictures.webp(exif=_exif(1), xmp=SECRET.encode()),
        pictures.encoded(pictures.gradient(60, 40), "GIF", comment=SECRET.encode()),
        pictures.jpeg() + SECRET.encode(),
        pictures.png() + SECRET.encode(),
        pictures.animated("GIF") + SECRET.encode(),
    ],
)
def test_s_f08_nothing_but_the_picture_comes_out(data: bytes) -> None:
    assert SECRET.encode() in data
    result = inspect_and_convert(data, Limits())
    for picture in (result.original, result.preview):
        assert SECRET.encode() not in picture.data
        assert b"Exif" not in picture.data
        assert not opened(picture.data).getexif()
        assert not {"comment", "exif", "xmp", "icc_profile"} & opened(picture.data).info.keys()


def test_orientation_is_applied_before_sizes_are_told() -> None:
    result = inspect_and_convert(pictures.jpeg(60, 40, exif=_exif(6)), Limits())
    assert (result.original.size.width, result.original.size.height) == (40, 60)
    turned = opened(result.original.data).convert("L")
    # Bright on the right before, so at the bottom after a quarter turn to the right.
    assert turned.getpixel((20, 55)) > turned.getpixel((20, 5))  # type: ignore[operator]


def test_a_coarse_jpeg_does_not_grow_and_a_fine_one_gets_our_quality() -> None:
    picture = Image.effect_noise((160, 120), 60).resize((640, 480)).convert("RGB")

    def sizes(quality: int) -> tuple[int, int]:
        data = pictures.encoded(picture, "JPEG", quality=quality, optimize=True)
        return len(data), len(inspect_and_convert(data, Limits()).original.data)

    coarse, kept = sizes(40)
    assert abs(kept - coarse) < coarse / 50
    fine, kept = sizes(99)
    assert kept < fine / 1.5


def test_strange_tables_of_a_jpeg_are_not_kept() -> None:
    data = pictures.encoded(pictures.gradient(60, 40), "JPEG", qtables=[[900] * 64] * 2)
    kept = opened(inspect_and_convert(data, Limits()).original.data)
    assert max(map(max, kept.quantization.values())) < 256  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(90, 60), (60, 90), (70, 70), (3, 1)])
def test_the_blurhash_is_that_of_the_library(size: tuple[int, int]) -> None:
    picture = Image.effect_noise((64, 64), 80).resize((32, 32))
    picture = Image.merge("RGB", (picture, picture.rotate(90), pictures.gradient(32, 32, "L"))).resize(size)
    small = picture.copy()
    small.thumbnail((32, 32))
    width, height = small.size
    rows = [[small.getpixel((x, y)) for x in range(width)] for y in range(height)]
    waves = (4, 4) if width == height else (4, 3) if width > height else (3, 4)
    assert hash_of(picture) == blurhash.encode(rows, *waves)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_no_harm() -> None:
    data = pictures.jpeg(exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + b"\x01" * 30)
    assert inspect_and_convert(data, Limits()).original.size.width == 60


def test_a_colour_profile_is_applied_and_dropped() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = inspect_and_convert(pictures.png(icc_profile=profile), Limits())
    assert "icc_profile" not in opened(result.original.data).info
    broken = inspect_and_convert(pictures.png(icc_profile=b"no profile" * 20), Limits())
    assert "icc_profile" not in opened(broken.original.data).info


def test_an_animated_gif_stays_one() -> None:
    result = inspect_and_convert(pictures.animated("GIF", 5), Limits())
    assert result.is_animated
    assert result.original.content_type == "image/gif"
    assert opened(result.original.data).n_frames == 5  # type: ignore[attr-defined]
    assert result.preview.content_type == "image/jpeg"


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_other_animations_stand_still(name: str) -> None:
    result = inspect_and_convert(pictures.animated(name, 5), Limits())
    assert not result.is_animated
    assert getattr(opened(result.original.data), "n_frames", 1) == 1


@pytest.mark.parametrize(
    "data",
    [pictures.jpeg(600, 400), pictures.png(50, 80), pictures.animated("GIF", 5), pictures.webp(400, 400)],
)
def test_crop_has_the_exact_size_and_stands_still(data: bytes) -> None:
    result = inspect_and_convert(data, Limits(crop=(400, 400)))
    assert (result.original.size.width, result.original.size.height) == (400, 400)
    assert getattr(opened(result.original.data), "n_frames", 1) == 1
    assert not result.is_animated


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (b"<svg/>", Limits(), Refusal.TYPE),
        (pictures.png_that_claims(50_000, 50_000), Limits(), Refusal.PIXELS),
        (pictures.encoded(pictures.gradient(60, 40), "AVIF"), Limits(max_pixels=100), Refusal.PIXELS),
        (pictures.animated("GIF", 5), Limits(max_frames=4), Refusal.FRAMES),
        (pictures.animated("PNG", 5), Limits(max_frames=4), Refusal.FRAMES),
        (pictures.animated("WEBP", 5), Limits(max_frames=4), Refusal.FRAMES),
        (pictures.animated("WEBP", 5), Limits(max_animation_pixels=5 * 16 * 8 - 1), Refusal.FRAMES),
    ],
)
def test_s_f05_too_many_and_too_large_pictures_are_refused(
    data: bytes, limits: Limits, reason: Refusal
) -> None:
    with pytest.raises(Refused) as caught:
        inspect_and_convert(data, limits)
    assert caught.value.reason is reason


@pytest.mark.parametrize("data", [pictures.jpeg(), pictures.png(), pictures.webp()])
def test_a_file_cut_off_is_no_image(data: bytes) -> None:
    with pytest.raises((OSError, SyntaxError, ValueError, Refused)):
        inspect_and_convert(data[: len(data) // 2], Limits())
