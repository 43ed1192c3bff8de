"""What auditing tools find is mended or explained, and no pinned package is known to be weak."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.version import Version

from tests.laws.tree import ROOT

PACKAGES = ("echo", "federation", "activitypub", "workers", "migrations")
# Findings that hold for every file.
EVERYWHERE = {
    "B101": "invariants are asserted; nothing depends on an assertion for safety",
    "B608": "statements are put together from constants only: test_s_i04_no_statement_is_made_of_values",
    "B404": "the embedded engines and the media child are programs of their own",
    "B603": "they are started from lists, without a shell",
}
# Findings of one file: (test, file).
EXPLAINED = {
    ("B104", "echo/cli/up.py"): "compared with, to say where to click; nothing is bound to it",
    ("B105", "echo/actions/sign_up.py"): "the name of a field",
    ("B105", "echo/cli/apps.py"): "a word of OAuth",
    ("B105", "echo/policy/deeds.py"): "the name of a deed",
    ("B105", "echo/web/entry.py"): "a sentence",
    ("B105", "echo/web/settings/frame.py"): "a sentence",
    ("B106", "echo/render/oauth.py"): "a word of OAuth",
    ("B106", "echo/web/openid.py"): "who comes through a provider has no password here",
    ("B107", "echo/render/webhook.py"): "shown once, when it is made; otherwise left out",
    (
        "B108",
        "echo/embedded/home.py",
    ): "a directory of 0700 is made there, and is refused when it is not ours",
    ("B108", "echo/embedded/postgres.py"): "only asked whether it is there",
    ("B405", "federation/handles.py"): "see B314",
    ("B314", "federation/handles.py"): "a document with a DTD or above its size is refused before (S-L03)",
    ("B105", "echo/policy/pipeline/hook.py"): "says that the setting is a secret",
    (
        "B606",
        "echo/embedded/succession.py",
    ): "a server becomes its next release; that there is no shell is the point",
    ("B606", "echo/media/launch.py"): "that there is no shell is the point",
    ("B704", "echo/web/markup.py"): "made by the sanitizer, or escaped",
}
# Chance that decides about pauses and samples, not about secrets.
CHANCE = "B311"


@pytest.mark.slow
def test_bandit_finds_nothing_that_is_not_explained() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-r", *PACKAGES, "-f", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = {
        (one["test_id"], one["filename"]): f"{one['filename']}:{one['line_number']} {one['issue_text']}"
        for one in json.loads(done.stdout)["results"]
        if one["test_id"] not in EVERYWHERE and one["test_id"] != CHANCE
    }
    assert {key: text for key, text in found.items() if key not in EXPLAINED} == {}
    assert EXPLAINED.keys() <= found.keys(), "explained, and not there any more"


def test_s_m06_no_pinned_package_is_known_to_be_weak() -> None:
    known = tomllib.loads((ROOT / "tests" / "laws" / "known_bad.toml").read_text())
    pinned = 0
    for lock in (ROOT / "requirements").glob("*.lock"):
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE):
            if name in known:
                pinned += 1
                weak = Version(version) < Version(known[name]["below"])
                assert not weak, f"{lock.name}: {name} {version}: {known[name]['why']}"
    assert pinned > 10


def test_chance_that_can_be_guessed_makes_no_secrets() -> None:
    """`random` is for pauses, samples and turns; whoever imports it says so here."""
    users = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"^(import random|from random import)", path.read_text(), re.MULTILINE)
    }
    assert users == {
        "echo/schema.py",  # when a busy lock is asked for again
        "echo/server/connection.py",  # when a connection is closed
        "echo/store/hosts.py",  # when a server is tried again
        "echo/streaming/connection.py",  # when clients come back
        "echo/streaming/wire.py",  # the same
        "federation/outcomes.py",  # when a delivery is tried again
    }
