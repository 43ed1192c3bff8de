"""How a job says that it is too early for it."""

from __future__ import annotations


class Later(Exception):
    """Not a failure: the job is tried again after this time and its attempts do not count."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")
