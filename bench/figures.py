"""What is measured, next to what it may cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace


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
        fields = asdict(replace(self, cpu=Counter(), latencies=[])) | {"cpu": dict(self.cpu)}
        del fields["latencies"]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """How it was for many people at a time.

    Shapes:  latencies in milliseconds, sorted; kinds: the same by what was asked; hit_ratio: of the keys of
             Valkey, 0 to 1; lag_seconds: the oldest work that waited, at its worst; memory: bytes of all
             processes by group, when it was most
    """

    name: str
    title: str
    people: int
    seconds: float
    latencies: list[float]
    kinds: dict[str, list[float]]
    hit_ratio: float
    lag_seconds: float
    memory: Counter[str]
    failures: int = 0
    first_failure: str = ""
    budget: None = None

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def mean(self) -> float:
        return sum(self.latencies) / max(1, len(self.latencies))

    @property
    def success(self) -> float:
        """The share of requests that were answered as they should be."""
        return 1 - self.failures / max(1, len(self.latencies))

    def latency(self, share: float) -> float:
        """The latency that this share of requests did not exceed."""
        return percentile(self.latencies, share) if self.latencies else 0.0

    def as_json(self) -> dict[str, object]:
        fields = asdict(replace(self, memory=Counter(), latencies=[], kinds={}))
        del fields["latencies"]
        fields["memory"] = dict(self.memory)
        shares = {"p50": self.latency(0.5), "p95": self.latency(0.95), "p99": self.latency(0.99)}
        fields["kinds"] = {
            kind: {"requests": len(took), "p50": percentile(took, 0.5), "p95": percentile(took, 0.95)}
            for kind, took in self.kinds.items()
        }
        told = {"requests": len(self.latencies), "per_second": self.per_second, "mean": self.mean}
        return fields | shares | told | {"success": self.success}


Figure = Cost | Fact | Crowded


def percentile(sorted_values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]
