"""What is measured, next to what it may cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU time of one operation, in milliseconds by group, and how it was for whoever asked.

    Shapes:  budget: CPU milliseconds, None where there is none; latencies in milliseconds, sorted
    """

    name: str
    title: str
    budget: float | None
    cpu: Counter[str]
    count: int
    seconds: float
    latencies: list[float] = field(default_factory=list)
    failures: int = 0
    first_failure: str = ""

    @property
    def total(self) -> float:
        """CPU milliseconds of everything together."""
        return sum(self.cpu.values())

    @property
    def per_second(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    def latency(self, share: float) -> float | None:
        """The latency that this share of requests did not exceed."""
        return percentile(self.latencies, share) if self.latencies else None

    def as_json(self) -> dict[str, object]:
        shares = {"p50": self.latency(0.5), "p95": self.latency(0.95), "p99": self.latency(0.99)}
        fields = {name: value for name, value in asdict(self).items() if name != "latencies"}
        return fields | shares | {"total": self.total, "per_second": self.per_second}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A single figure. Shapes:  budget: the most it may be, None where there is none"""

    name: str
    title: str
    value: float
    unit: str
    budget: float | None = None
    failures: int = 0
    first_failure: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


Figure = Cost | Fact


def percentile(sorted_values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]
