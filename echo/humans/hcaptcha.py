"""hCaptcha: https://docs.hcaptcha.com

The page loads a script of theirs, so an operator has to choose it; people who do not want that ask to join
instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from echo.errors import Unavailable
from echo.ports import Caller

ADDRESS = "https://api.hcaptcha.com/siteverify"
SCRIPT = "https://js.hcaptcha.com/1/api.js"
SOURCES = "https://hcaptcha.com https://*.hcaptcha.com"
_ANSWER_CHARACTERS = 16_384


class _Verdict(msgspec.Struct):
    success: bool


@dataclass(frozen=True, slots=True)
class HCaptcha:
    """Shapes:  site_key: public; secret: of the account there"""

    call: Caller
    site_key: str
    secret: str
    name: str = "hcaptcha"
    field: str = "h-captcha-response"

    def challenge(self) -> str:
        """The key that the page hands to their script."""
        return self.site_key

    async def passes(self, answer: str, address: str) -> bool:
        """Ask them. The address of the person is not told. Raises Unavailable."""
        if not answer or len(answer) > _ANSWER_CHARACTERS:
            return False
        body = urlencode({"secret": self.secret, "response": answer, "sitekey": self.site_key})
        reply = await self.call(
            "POST",
            ADDRESS,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=body.encode(),
        )
        if reply.status != 200:
            raise Unavailable(detail=f"hCaptcha answered {reply.status}")
        try:
            return msgspec.json.decode(reply.body, type=_Verdict).success
        except msgspec.DecodeError as error:
            raise Unavailable(detail="hCaptcha answered no JSON") from error
