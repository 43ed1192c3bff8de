"""Fuzzing by hand: `python -m tests.fuzz TARGET --seconds N`.

What is found lies in the folder `--keep`, or is gone at the end when none is named: inputs that reach new
code, and a file `crash-...` for what broke. Such a file goes to `corpus/`, and stays there.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
from pathlib import Path

TARGETS = ("documents", "signatures", "texts", "urls")
_INSTRUMENTED = ["activitypub", "echo", "federation", "http_sf"]
CORPUS = Path(__file__).parent / "corpus"
_SECONDS_FOR_ONE = 10
_MEGABYTES = 1024
_LONGEST_BYTES = 8_192


def main() -> None:
    """Let atheris run one harness. Ends with 0 after the time, with another code at the first crash."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("target", choices=TARGETS)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--seed", type=int, default=0, help="the same seed tries much the same; 0 is chance")
    options = asked.parse_args()

    import atheris

    with atheris.instrument_imports(include=_INSTRUMENTED):
        harness = importlib.import_module(f"tests.fuzz.{options.target}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        for seed in (CORPUS / options.target).iterdir():
            shutil.copy(seed, folder / seed.name)
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_total_time={options.seconds}",
                f"-timeout={_SECONDS_FOR_ONE}",
                f"-rss_limit_mb={_MEGABYTES}",
                f"-max_len={_LONGEST_BYTES}",
                f"-seed={options.seed}",
                f"-artifact_prefix={folder}/",
                "-len_control=10",
                "-print_final_stats=1",
                str(folder),
            ],
            harness.one,
            custom_mutator=getattr(harness, "mutate", None),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
