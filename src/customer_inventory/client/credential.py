"""How a client shows who it is: a token it was given, or one that it asks for and renews."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_EARLY = 20.0
"""A token is renewed so many seconds before it ends: a request takes a while."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was given; when it ends, calls fail with `NotAuthenticated`."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client registered for a process (`cinv access client add`), and the purpose it acts for.

    The purpose is part of the token, signed; without one it is the only one that the process has.
    """

    client_id: str
    secret: str = field(repr=False)
    purpose: str = ""

    @property
    def form(self) -> dict[str, str]:
        """What the authorization server is sent (RFC 6749, section 4.4)."""
        scope = {"scope": f"dpv:{self.purpose}"} if self.purpose else {}
        return {"grant_type": "client_credentials", **scope}


class Keeper:
    """Keeps the token of a client until shortly before it ends."""

    def __init__(
        self, credential: Token | ClientCredentials, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.credential = credential
        self._clock = clock
        self._held = credential.secret if isinstance(credential, Token) else ""
        self._until = float("inf") if isinstance(credential, Token) else 0.0

    @property
    def held(self) -> str:
        """The token, empty if one must be asked for."""
        return self._held if self._clock() < self._until else ""

    @property
    def asks(self) -> ClientCredentials | None:
        """What a token is asked for with; None where one was given."""
        return self.credential if isinstance(self.credential, ClientCredentials) else None

    def keep(self, token: str, seconds: float) -> None:
        """Keep a token that ends in so many seconds."""
        self._held, self._until = token, self._clock() + seconds - _EARLY

    def forget(self) -> bool:
        """Forget a token that is none any more; return whether another can be asked for."""
        if self.asks is None:
            return False
        self._held, self._until = "", 0.0
        return True
