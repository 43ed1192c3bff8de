"""What was measured, as a table: for the terminal, and for docs/performance.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.cpu import GROUPS
from bench.figures import Cost, Crowded, Fact, Figure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
BARE = "bare"


def text(figures: Sequence[Figure]) -> str:
    """Everything, aligned, for a terminal."""
    tables = [_aligned(rows) for rows in (cost_rows(figures), fact_rows(figures)) if len(rows) > 1]
    crowds = crowd_rows(figures)
    return "\n\n".join([*tables, *([_piped(crowds)] if len(crowds) > 1 else [])])


def markdown(figures: Sequence[Figure]) -> str:
    """Everything, as tables of a page."""
    tables = (cost_rows(figures), crowd_rows(figures), fact_rows(figures))
    return "\n\n".join(_piped(rows) for rows in tables if len(rows) > 1)


def cost_rows(figures: Sequence[Figure]) -> list[list[str]]:
    """Operations: CPU milliseconds of all processes, by group, and what a client noticed."""
    costs = [figure for figure in figures if isinstance(figure, Cost)]
    bare = next((cost.total for cost in costs if cost.name == BARE), None)
    head = [
        "CPU ms of one",
        "budget",
        "measured",
        "bare = 1",
        *GROUPS[:-1],
        "per second",
        "p50 ms",
        "p95",
        "p99",
    ]
    return [head, *(_cost_row(cost, bare) for cost in costs)]


def crowd_rows(figures: Sequence[Figure]) -> list[list[str]]:
    """How it was for many people at a time; printed as it stands in a page."""
    head = ["people", "requests", "per second", "mean ms", "p50", "p95", "p99", "success"]
    head += ["cache hits", "work waited", "memory"]
    return [
        head,
        *(
            [
                crowd.title,
                f"{len(crowd.latencies):,}",
                f"{crowd.per_second:,.0f}",
                *(_number(value) for value in (crowd.mean, *map(crowd.latency, (0.5, 0.95, 0.99)))),
                f"{crowd.success:.2%}",
                f"{crowd.hit_ratio:.1%}",
                f"{crowd.lag_seconds:.1f} s",
                f"{sum(crowd.memory.values()) / 1024 / 1024:,.0f} MB",
            ]
            for crowd in figures
            if isinstance(crowd, Crowded)
        ),
    ]


def fact_rows(figures: Sequence[Figure]) -> list[list[str]]:
    """Single figures."""
    return [
        ["figure", "budget", "measured"],
        *(
            [
                fact.title,
                "" if fact.budget is None else f"{fact.budget:g} {fact.unit}",
                f"{_number(fact.value)} {fact.unit}",
            ]
            for fact in figures
            if isinstance(fact, Fact)
        ),
    ]


def failures(figures: Iterable[Figure]) -> list[str]:
    """What did not go well, a line each."""
    return [
        f"{figure.name}: {figure.failures} × {figure.first_failure}" for figure in figures if figure.failures
    ]


def beyond_budget(figures: Iterable[Figure]) -> list[str]:
    """What cost more than it may, a line each."""
    lines = []
    for figure in figures:
        if isinstance(figure, Crowded):
            continue
        value = figure.total if isinstance(figure, Cost) else figure.value
        if figure.budget is not None and value > figure.budget:
            lines.append(f"{figure.title}: {_number(value)}, budget {figure.budget:g}")
    return lines


def write_page(figures: Sequence[Figure]) -> None:
    """Put the tables where docs/performance.md has its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(figures)}\n{END}{after}", encoding="utf-8")


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Everything, for programs."""
    path.write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n", encoding="utf-8")


def _cost_row(cost: Cost, bare: float | None) -> list[str]:
    latencies = [cost.latency(share) for share in (0.5, 0.95, 0.99)]
    return [
        cost.title,
        "" if cost.budget is None else f"{cost.budget:g}",
        _number(cost.total),
        "" if not bare else f"{cost.total / bare:.1f}",
        *(_number(cost.cpu[group]) if cost.cpu[group] else "" for group in GROUPS[:-1]),
        f"{cost.per_second:,.0f}",
        *("" if latency is None else _number(latency) for latency in latencies),
    ]


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _piped(rows: list[list[str]]) -> str:
    head, *body = rows
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *body))
