"""How much two pictures look alike. What finds out how one looks is `echo.media.looks`, with the library of
pictures, which nobody needs who compares.
"""

from __future__ import annotations


def distance(one: str, other: str) -> int:
    """In how many of their 64 bits two looks differ.

    Shapes:  one, other: hexadecimal, not empty
    """
    return (int(one, 16) ^ int(other, 16)).bit_count()
