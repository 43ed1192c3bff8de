"""From the configuration to a check."""

from __future__ import annotations

from echo.config.house import Registrations
from echo.humans.hcaptcha import HCaptcha
from echo.humans.work import ProofOfWork
from echo.ports import Caller, HumanCheck, NullHumanCheck


def open_human_check(config: Registrations, call: Caller, secret: str) -> HumanCheck:
    """The check that the operator has chosen; one that asks nothing when there is none.

    Shapes:  secret: of this server, the same in all processes
    """
    match config.check:
        case "work":
            return ProofOfWork(secret, config.work_cost)
        case "hcaptcha":
            return HCaptcha(call, config.hcaptcha_site_key, config.hcaptcha_secret)
        case _:
            return NullHumanCheck()
