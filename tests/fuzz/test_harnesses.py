"""Every seed, and every input that once broke something, through its harness; then whatever else comes."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub import signatures
from tests.fuzz import signatures as requests
from tests.fuzz.__main__ import CORPUS, TARGETS

ROOT = CORPUS.parent.parent.parent
SEEDS = [seed for target in TARGETS for seed in sorted((CORPUS / target).iterdir())]
SECONDS = 10


def harness(target: str) -> Callable[[bytes], None]:
    found: Callable[[bytes], None] = importlib.import_module(f"tests.fuzz.{target}").one
    return found


def test_every_target_has_seeds() -> None:
    assert {seed.parent.name for seed in SEEDS} == set(TARGETS) == {item.name for item in CORPUS.iterdir()}
    assert all(seed.stat().st_size <= 8_192 for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.parent.name}-{seed.name}")
def test_a_seed_breaks_nothing(seed: Path) -> None:
    harness(seed.parent.name)(seed.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=30)
@given(data=st.binary(max_size=200), seed=st.sampled_from(SEEDS), cut=st.integers(0, 200))
def test_any_bytes_break_nothing(target: str, data: bytes, seed: Path, cut: int) -> None:
    one = harness(target)
    one(data)
    one(seed.read_bytes()[:cut] + data + seed.read_bytes()[cut + len(data) :])


@pytest.mark.parametrize("name", ["cavage-get", "cavage-post", "rfc9421-get", "rfc9421-post"])
def test_signed_seeds_reach_the_last_step(name: str) -> None:
    head, _, body = (CORPUS / "signatures" / name).read_bytes().partition(b"\n\n")
    first, *lines = head.decode().split("\n")
    method, target = first.split(" ")
    headers = [(key.lower(), value) for key, value in (line.split(":", 1) for line in lines)]
    claim = signatures.claimed(method, target, headers)
    key = requests.PRIVATE.public_key()
    signatures.verify(claim, body=body, public_key=key, our_hosts=requests.OURS, now=requests.NOW)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", TARGETS if find_spec("atheris") else ())
def test_atheris_finds_nothing_in_a_while(target: str, tmp_path: Path) -> None:
    # From the same seed each time: what chance finds is for whoever fuzzes by hand, not for a change that has
    # nothing to do with it.
    options = ["--seconds", str(SECONDS), "--seed", "1", "--keep", str(tmp_path)]
    command = [sys.executable, "-m", "tests.fuzz", target, *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=600, check=False)
    said = ended.stderr.decode(errors="replace")
    assert ended.returncode == 0, said[-4_000:]
    assert not list(tmp_path.glob("crash-*")), said[-4_000:]
    assert "Done " in said
