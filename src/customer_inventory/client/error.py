"""Failures that a call ends with, by kind: what the service answered, or that it did not."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx


class Problem(NamedTuple):
    """One of several faults of a document: where, what, and the requirement that says so."""

    path: str
    reason: str
    requirement: str = ""


class ClientError(Exception):
    """Base of every failure that a call ends with."""


class Unreachable(ClientError):
    """Nobody answered; whether a change was made is not known."""


class Failed(ClientError):
    """The service answered that it does not do it.

    `status` is the HTTP status, `code` the stable word for programs, `reason` what was wrong,
    `hint` what to do, `path` the attribute concerned; `problems` are the faults of a document with
    several, `retry_after` the seconds after which to try again, where the service says so.
    """

    def __init__(self, status: int, told: Mapping[str, Any], retry_after: float | None) -> None:
        self.status = status
        self.code = str(told.get("code") or told.get("error") or "error")
        self.reason = str(told.get("reason") or told.get("error_description") or "")
        self.hint = str(told.get("message") or "")
        self.path = str(told.get("path") or "")
        self.problems = tuple(
            Problem(
                str(each.get("path", "")),
                str(each.get("reason", "")),
                str(each.get("requirement", "")),
            )
            for each in told.get("problem", ())
        )
        self.retry_after = retry_after
        super().__init__(
            " ".join(part for part in (f"{status} {self.code}:", self.reason, self.hint) if part)
        )


class Invalid(Failed):
    """The request itself is wrong: 400, 405, 413, 414, 415, 416, 422, 431."""


class NotAuthenticated(Failed):
    """The token is none, or no longer one: 401."""


class Forbidden(Failed):
    """The process may not do it for its purpose: 403."""


class NotFound(Failed):
    """It is not there, not for this process, or not any more: 404, 410."""


class Conflict(Failed):
    """The present state contradicts it: 409."""


class Stale(Conflict):
    """The record has moved on from the revision that the change was about: 412."""


class QuotaExceeded(Failed):
    """A quota of the process is used up until `retry_after`: 429."""


class Unavailable(Failed):
    """The service cannot do it just now, or failed: 500 and above."""


_KINDS: Mapping[int, type[Failed]] = {
    401: NotAuthenticated,
    403: Forbidden,
    404: NotFound,
    410: NotFound,
    409: Conflict,
    412: Stale,
    429: QuotaExceeded,
}
_BROKEN = 500


def failure(answer: httpx.Response) -> Failed:
    """Return the failure that an answer tells of."""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    usual = Unavailable if answer.status_code >= _BROKEN else Invalid
    kind = _KINDS.get(answer.status_code, usual)
    return kind(answer.status_code, told if isinstance(told, dict) else {}, retry_after(answer))


def retry_after(answer: httpx.Response) -> float | None:
    """Return the seconds of a `Retry-After`, where an answer has one."""
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdigit() else None
