"""The native libraries that are handed bytes of strangers: which, how old, and none known to be weak."""

from __future__ import annotations

import re
import ssl
import subprocess
import tomllib
import zlib

from packaging.version import Version
from PIL import features

from echo.media.ffmpeg import find_binary
from tests.laws.tree import ROOT


def _inventory() -> dict[str, str]:
    """What runs here, by name. Of ffmpeg a version of a release, not of a build from its sources."""
    found = {"openssl": ".".join(map(str, ssl.OPENSSL_VERSION_INFO[:2] + ssl.OPENSSL_VERSION_INFO[3:4]))}
    found["zlib"] = zlib.ZLIB_RUNTIME_VERSION
    for name in ("webp", "freetype2", "libtiff", "avif", "libjpeg_turbo"):
        found[name] = features.version(name) or ""
    binary = find_binary("")
    assert binary is not None, "tests need ffmpeg"
    told = subprocess.run([binary, "-version"], capture_output=True, text=True, check=True).stdout
    number = re.match(r"ffmpeg version n?(\d+(?:\.\d+)+)", told)
    found["ffmpeg"] = number[1] if number else ""
    return found


def test_s_m06_native_parts_are_known_and_none_is_known_to_be_weak() -> None:
    found = _inventory()
    assert all(found[name] for name in found if name != "ffmpeg"), found
    known = tomllib.loads((ROOT / "tests" / "laws" / "known_bad_native.toml").read_text())
    assert known.keys() <= found.keys()
    for name, bad in known.items():
        weak = bool(found[name]) and Version(found[name]) < Version(bad["below"])
        assert not weak, f"{name} {found[name]}: {bad['why']}"
