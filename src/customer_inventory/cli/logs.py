"""Logs of the service: lines for people, or JSON lines for programs; never secrets or persons.

A line of JSON says when, how grave, by which part, what, and of which request, process, job and
trace. Of an error it has the kind and where it arose: messages of libraries may quote what callers
sent.
"""

import logging
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from customer_inventory.kit.current import current
from customer_inventory.kit.errors import Invalid, InventoryError

FORMS = ("text", "json")

_SECRET = re.compile(
    r"cinv_[\w-]{16,}"  # our tokens
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # signed tokens
    r"|(?<=://)[^/\s:@]*:[^/\s@]*(?=@)"  # who signs in at an address
    r"|(?i:\b(?:bearer|dpop|basic)\s+)[\w.~+/=-]{8,}"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # addresses of people
    r"|(?<!\w)\+\d[\d ]{7,16}\d"  # their numbers
)
_GONE = "(left out)"

Trace = Callable[[], str | None]
"""Returns the id of the trace under way, None for none."""


def no_trace() -> str | None:
    """Return no trace: where nobody traces, that of the caller counts."""
    return None


def configure(form: str, trace: Trace = no_trace) -> None:
    """Let logs be written in a form of FORMS to standard error; raise Invalid for another."""
    if form not in FORMS:
        raise Invalid(f"CINV_LOG is {form!r}.", hint=f"Give {' or '.join(FORMS)}.")
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(trace) if form == "json" else Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class Text(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of an error, without secrets."""
        return redacted(super().format(record))


class Lines(logging.Formatter):
    """Lines of JSON."""

    def __init__(self, trace: Trace = no_trace) -> None:
        super().__init__()
        self._trace = trace

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of JSON."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        told |= self._of()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            told |= _told_of(error)
        return msgspec.json.encode(told).decode()

    def _of(self) -> dict[str, str]:
        """Return of what the line is."""
        work = current.get()
        trace = self._trace() or (work.trace if work else None)
        found = {"trace": trace} if trace else {}
        if work is None:
            return found
        about = {"job": work.job} if work.job else {"request": work.request}
        return {**about, "process": work.process, **found}


def redacted(text: str) -> str:
    """Return `text` without what looks like a secret, an address or a number of somebody."""
    return _SECRET.sub(_GONE, text)


def _told_of(error: BaseException) -> dict[str, object]:
    """Return the kind of an error and where it arose, not what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    kind = error.code if isinstance(error, InventoryError) else type(error).__name__
    return {"error": kind, "at": [f"{each.filename}:{each.lineno} {each.name}" for each in frames]}
