"""How a job says that it is too early for it, or that it must wait for somebody else."""

from __future__ import annotations


class Again(Exception):
    """Something outside failed, not we: the job is tried again as after an error, but nobody is alarmed.

    Shapes:  seconds: wait at least so long
    """

    def __init__(self, reason: str, *, seconds: float = 0.0) -> None:
        self.seconds = seconds
        super().__init__(reason)


class Later(Exception):
    """Not a failure: the job is tried again after this time and its attempts do not count."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")
