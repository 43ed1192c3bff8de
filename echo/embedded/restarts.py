"""When to start something again that has died."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0
HEALTHY_SECONDS = 30.0


@dataclass(slots=True)
class Restarts:
    """The restart policy of one process: at once, then after doubling delays, until it lives healthily."""

    deaths: int = 0  # in a row

    def delay_after(self, *, lived_seconds: float) -> float:
        """How long to wait now that the process has died after `lived_seconds`."""
        if lived_seconds >= HEALTHY_SECONDS:
            self.deaths = 0
        self.deaths += 1
        if self.deaths == 1:
            return 0.0
        # the exponent is bounded: what has been dying for a month would not fit a float
        return min(FIRST_DELAY_SECONDS * 2.0 ** min(self.deaths - 2, 16), LONGEST_DELAY_SECONDS)
