"""Failures as the TM Forum's Error, and the one map from kind to HTTP status (TMF630)."""

import logging
from collections.abc import Callable
from typing import Any

from customer_inventory.access.oauth.dpop import BadProof
from customer_inventory.access.quota.meter import Exhausted
from customer_inventory.kit.current import current
from customer_inventory.kit.errors import (
    Conflict,
    Gone,
    Invalid,
    InventoryError,
    NotFound,
    Refused,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from customer_inventory.record.document import encode
from customer_inventory.record.validate import Problem, Rejected
from customer_inventory.web.exchange import Answer
from customer_inventory.web.ranges import OutsideRange

log = logging.getLogger(__name__)

Explain = Callable[[InventoryError], Answer]


class MethodNotAllowed(Invalid):
    """The resource exists, but not for this method."""

    code = "methodNotAllowed"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        super().__init__("This method is not served here.", hint=f"Served: {', '.join(allowed)}.")


class UnsupportedMedia(Invalid):
    """The body is of a media type that is not served."""

    code = "unsupportedMediaType"


STATUS: dict[type[InventoryError], int] = {
    MethodNotAllowed: 405,
    UnsupportedMedia: 415,
    OutsideRange: 416,
    TooLarge: 413,
    Unauthenticated: 401,
    Exhausted: 429,
    Refused: 403,
    Gone: 410,
    NotFound: 404,
    Stale: 412,
    Conflict: 409,
    Invalid: 400,
    Unavailable: 503,
    InventoryError: 500,
}
"""HTTP status by kind; the nearest ancestor of an error's class decides."""


_STATUS_OF_CODE = {"queryTooLong": 414, "headTooLong": 431, "maskedValue": 422}


def status_of(error: InventoryError) -> int:
    """Return the HTTP status of a failure."""
    if error.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[error.code]
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(error: InventoryError) -> Answer:
    """Return the answer that tells of `error`: code and reason, the attribute and what to do."""
    return _answer(error, {"@type": "Error"})


def answer_untyped(error: InventoryError) -> Answer:
    """Return the answer that tells of `error` in version 4, whose Error has no `@type`."""
    return _answer(error, {})


def unforeseen(error: Exception, explain: Explain = answer) -> Answer:
    """Return the answer to what nobody foresaw: the log has `error`, the caller learns no more."""
    log.error("a request failed for a reason that nobody foresaw", exc_info=error)
    answer = explain(InventoryError("The request failed here.", hint="It is in the log."))
    work = current.get()
    # By this id it is found in the log.
    return answer.with_headers(((b"x-request-id", work.request.encode()),) if work else ())


def _answer(error: InventoryError, typed: dict[str, Any]) -> Answer:
    status = status_of(error)
    body: dict[str, Any] = {
        **typed,
        "code": error.code,
        "reason": f"{error.path}: {error.message}" if error.path else error.message,
        "status": str(status),
    }
    if error.hint:
        body["message"] = error.hint
    if error.path:
        body["path"] = error.path
    if isinstance(error, Rejected):
        body["problem"] = [_problem(problem) for problem in error.problems]
    return Answer(status, encode(body), _headers(error))


def _problem(problem: Problem) -> dict[str, str]:
    told = {"path": problem.path, "reason": problem.message}
    return {**told, "requirement": problem.requirement} if problem.requirement else told


def _headers(error: InventoryError) -> tuple[tuple[bytes, bytes], ...]:
    found: tuple[tuple[bytes, bytes], ...] = ()
    match error:
        case BadProof():
            found = ((b"www-authenticate", b'DPoP error="invalid_dpop_proof", algs="ES256"'),)
        case Unauthenticated():
            found = ((b"www-authenticate", b'Bearer realm="customer-inventory"'),)
        case Refused() if error.code == Refused.code:
            found = ((b"www-authenticate", b'Bearer error="insufficient_scope"'),)
        case MethodNotAllowed():
            found = ((b"allow", ", ".join(error.allowed).encode()),)
        case OutsideRange():
            found = ((b"content-range", b"bytes */%d" % error.size),)
        case Exhausted():
            found = ((b"retry-after", b"%d" % error.retry_after),)
        case Unavailable():
            found = ((b"retry-after", b"1"),)
    return found
