"""Passwords of people: Argon2id (RFC 9106), off the event loop, a few at a time."""

import asyncio
from collections.abc import Mapping

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from customer_inventory.kit.errors import Invalid

SHORTEST, LONGEST = 12, 200
_FEWEST_LETTERS = 5
_SHORTEST_NAME = 4
# 64 MiB and three passes each: two at a time bound what strangers can make us spend.
_AT_ONCE = 2
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
_NOBODY = _HASHER.hash("the password of nobody")
"""Compared with when an account is unknown, so that it takes the same work."""


class Passwords:
    """Makes and compares hashes."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password."""
        async with self._turn:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one kept; the same work is done where none is."""
        async with self._turn:
            fits = await asyncio.to_thread(_fits, kept or _NOBODY, password[: LONGEST + 1])
        return fits and kept is not None


def check(password: str, person: str) -> None:
    """Raise Invalid for a password that is too short, too long, too simple, or holds the name.

    Length is what counts (NIST SP 800-63B-4): no mix of characters is asked for.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            f"A password has {SHORTEST} to {LONGEST} characters.",
            path="password",
            hint="Several words are easy to remember.",
        )
    if len(set(password)) < _FEWEST_LETTERS:
        raise Invalid("The password repeats too few characters.", path="password", hint="Mix more.")
    name = person.partition("@")[0]
    if len(name) >= _SHORTEST_NAME and name in password.lower():
        raise Invalid("The password holds the name.", path="password", hint="Choose another.")


def chosen(form: Mapping[str, str]) -> str:
    """Return the new password of a form that asks for it twice; raise Invalid if they differ."""
    password = form.get("password", "")
    if password != form.get("again", ""):
        raise Invalid("The two passwords differ.", path="again", hint="Type both again.")
    return password


def _fits(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
