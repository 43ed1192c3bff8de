"""`python -m bench`: starts Echo, fills it, measures it, prints what it costs."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from bench import report
from bench.figures import Figure
from bench.operations import OPERATIONS
from bench.phases import PHASES, Asked, measure


def arguments() -> argparse.Namespace:
    """What was asked for."""
    names = [*PHASES, *(operation.name for operation in OPERATIONS)]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, help="measure this; may be repeated")
    parser.add_argument("--requests", type=int, help="requests of one measurement")
    parser.add_argument("--clients", type=int, default=16, help="connections at a time")
    parser.add_argument("--stage-seconds", type=float, help="of each number of people in `users`")
    parser.add_argument("--spike-seconds", type=float, help="of the spike in `users`")
    parser.add_argument("--people", type=int, help="most people in `users`, at most 500")
    parser.add_argument("--quick", action="store_true", help="a smaller world, fewer requests")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to this file")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/performance.md")
    return parser.parse_args()


def main() -> int:
    """Measure; 1 when anything failed. What is beyond its budget is said, and is no failure."""
    given = arguments()
    asked = Asked(
        only=frozenset(given.only or ()),
        requests=given.requests or (400 if given.quick else 2000),
        clients=given.clients,
        is_quick=given.quick,
        stage_seconds=given.stage_seconds or (4.0 if given.quick else 25.0),
        spike_seconds=given.spike_seconds or (10.0 if given.quick else 180.0),
        people=given.people,
    )
    data = Path(tempfile.mkdtemp(prefix="echo-bench-"))
    try:
        figures = measure(asked, data)
    finally:
        with suppress(OSError):
            shutil.rmtree(data)
    show(figures)
    if given.json:
        report.write_json(figures, given.json)
    if given.write:
        report.write_page(figures)
    return 1 if report.failures(figures) else 0


def show(figures: list[Figure]) -> None:
    """Print the tables, and what is not as it should be."""
    sys.stdout.write(report.text(figures) + "\n")
    for heading, lines in (
        ("Beyond the budget", report.beyond_budget(figures)),
        ("FAILED", report.failures(figures)),
    ):
        if lines:
            sys.stdout.write(f"\n{heading}:\n  " + "\n  ".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
