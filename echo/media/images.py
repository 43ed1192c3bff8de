"""Decode, turn upright, scale and re-encode an image, leaving out everything that is not picture.

Runs in the confined child only (`echo.media.child`): decoders of strange files are not for the server.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from echo.media import gif
from echo.media.blur import hash_of
from echo.media.colours import colours_of
from echo.media.headers import CONTENT_TYPES, EXTENSIONS, Header, check
from echo.media.looks import look_of
from echo.media.result import ImageResult, Limits, Picture, Refusal, Refused, Size

# Pillow imports its plugins when it first meets a format, and all of them when it meets none: too late for
# the confined child, which cannot open files any more. TIFF is the format of EXIF data.
DECODERS = (
    AvifImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the confined child cannot start any

_SAVE_OPTIONS: dict[str, dict[str, object]] = {
    "jpeg": {"quality": 90, "optimize": True},  # progressive: 4 % smaller, for three times the work
    "png": {"compress_level": 6},
    "webp": {"quality": 90, "method": 4},
}
_OUR_STEPS = 736  # the table for brightness at a quality of 90, added up
_BASELINE_STEP = 255  # what every decoder reads
_PREVIEW_QUALITY = 80


def inspect_and_convert(data: bytes, limits: Limits) -> ImageResult:
    """The image as it is kept and shown: upright, without metadata, scaled down, with preview and blurhash.

    Shapes:  data: the uploaded file; JPEG, PNG, WebP, GIF, AVIF (kept as JPEG or PNG)
    Raises:  Refused; or whatever a decoder raises on a broken file
    """
    header = check(data, limits)
    if header.format == "gif":
        return _convert_gif(data, limits)
    whole, options = _decode(data, header, limits)
    picture = _cropped(whole, limits)
    name = header.format
    if name == "avif":
        name = "png" if picture.mode == "RGBA" else "jpeg"
    original = _encode(picture, name, options)
    colours = colours_of(picture) if limits.with_colours else {}
    small = _small(picture, limits)
    return ImageResult(
        original,
        _preview(small),
        hash_of(small),
        is_animated=False,
        colours=colours,
        look=look_of(whole),
        cut_look="" if limits.crop is None else look_of(picture),
    )


def _decode(data: bytes, header: Header, limits: Limits) -> tuple[Image.Image, dict[str, object]]:
    """The picture upright, in sRGB and no larger than it is kept, and how to save it. What was opened is left
    behind here, so that its pixels do not stay in memory while others are made of them.
    """
    with Image.open(io.BytesIO(data), formats=[header.format.upper()]) as opened:
        _check_opened(opened, limits)
        if header.format == "jpeg":  # decode no more pixels than will be kept
            opened.draft(None, _fitting(opened.size, limits.output_pixels))
        # Made small first: each copy of a large image is 130 MB.
        picture = _resized(_eight_bits(opened), limits.output_pixels)
        is_as_large = picture.size == header.size and limits.crop is None
        options = _coarseness(opened) if is_as_large else {}
    return _screen_colours(_upright(picture)), options


def _convert_gif(data: bytes, limits: Limits) -> ImageResult:
    stripped = gif.strip(data, limits)
    with Image.open(io.BytesIO(stripped.data), formats=["GIF"]) as opened:
        _check_opened(opened, limits)
        first = _pixels_only(_eight_bits(opened))
    if limits.crop is not None:
        look, first = look_of(first), _cropped(first, limits)
        original = _encode(first, "png" if first.mode == "RGBA" else "jpeg")
        small = _small(first, limits)
        return ImageResult(
            original,
            _preview(small),
            hash_of(small),
            is_animated=False,
            look=look,
            cut_look=look_of(first),
        )
    original = Picture(stripped.data, CONTENT_TYPES["gif"], EXTENSIONS["gif"], Size(*first.size))
    small = _small(first, limits)
    return ImageResult(
        original,
        _preview(small),
        hash_of(small),
        is_animated=stripped.frames > 1,
        look=look_of(first),
    )


def _check_opened(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.max_pixels:
        raise Refused(Refusal.PIXELS)
    frames = getattr(image, "n_frames", 1)
    if frames > limits.max_frames or frames * image.width * image.height > limits.max_animation_pixels:
        raise Refused(Refusal.FRAMES)


def _eight_bits(image: Image.Image) -> Image.Image:
    """The decoded image in a mode that can be scaled well: L, RGB, RGBA or CMYK."""
    image.load()
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode != "RGBA" and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _upright(image: Image.Image) -> Image.Image:
    """The image turned as the camera was held."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # EXIF data is often broken, and Pillow's reader raises what comes to hand
        return image


def _screen_colours(image: Image.Image) -> Image.Image:
    """The image in sRGB: its colour profile is dropped with all metadata, so the colours are converted."""
    profile = image.info.get("icc_profile")
    if profile:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            image = converted
    return _pixels_only(image)


def _pixels_only(image: Image.Image) -> Image.Image:
    """The image as L, RGB or RGBA with nothing beside its pixels; an alpha that hides nothing goes too."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    if image.mode == "CMYK":
        image = image.convert("RGB")
    image.info = {}
    return image


def _cropped(image: Image.Image, limits: Limits) -> Image.Image:
    if limits.crop is None:
        return image
    return ImageOps.fit(image, limits.crop, Image.Resampling.LANCZOS)


def _resized(image: Image.Image, most_pixels: int) -> Image.Image:
    size = _fitting(image.size, most_pixels)
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _fitting(size: tuple[int, int], most_pixels: int) -> tuple[int, int]:
    """The size, made smaller in proportion until it has no more pixels than allowed."""
    width, height = size
    if width * height <= most_pixels:
        return size
    factor = math.sqrt(most_pixels / (width * height))
    # A picture may be a line: its short edge keeps a pixel, and the long one has no more than allowed.
    return min(max(1, int(width * factor)), most_pixels), min(max(1, int(height * factor)), most_pixels)


def _small(image: Image.Image, limits: Limits) -> Image.Image:
    """The image as its preview shows it."""
    size = _fitting(image.size, limits.preview_pixels)
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _preview(small: Image.Image) -> Picture:
    if small.mode == "RGBA":
        return _encode(small, "png")
    return _encode(small, "jpeg", {"quality": _PREVIEW_QUALITY})


def _coarseness(opened: Image.Image) -> dict[str, object]:
    """How to save a JPEG that is coarser than ours would be: with its own tables.

    It is smaller then, and nearer to the file as it came: what is rounded is rounded to the same steps.
    """
    tables: dict[int, list[int]] = getattr(opened, "quantization", {})
    if opened.mode not in ("L", "RGB") or set(tables) not in ({0}, {0, 1}):
        return {}
    if sum(tables[0]) <= _OUR_STEPS or max(map(max, tables.values())) > _BASELINE_STEP:
        return {}
    return {"quality": -1, "qtables": tables, "subsampling": JpegImagePlugin.get_sampling(opened)}


def _encode(image: Image.Image, name: str, options: Mapping[str, object] | None = None) -> Picture:
    out = io.BytesIO()
    image.save(out, name.upper(), **_SAVE_OPTIONS[name] | dict(options or {}))
    return Picture(out.getvalue(), CONTENT_TYPES[name], EXTENSIONS[name], Size(*image.size))
