"""Lines of the log: of which request they are, and nothing of secrets or persons."""

import json
import logging
import sys
from collections.abc import Callable

import pytest

from customer_inventory.cli.logs import Lines, Text, redacted
from customer_inventory.kit.current import Current, current
from customer_inventory.kit.errors import Unavailable

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = (
    (b"x-request-id", b"call-17"),
    (b"traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode()),
)
SECRETS = (
    "cinv_FS4uKIHtJuIUDju-h3dUny_9FsWZWNIoT-QIyhDCqu0",
    "Authorization: Bearer abcdefgh12345678",
    "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
    "ann.lovelace+x@mail.example.org",
    "+49 151 23456789",
)


def line(work: Current | None, write: Callable[[], logging.LogRecord], **more: object) -> dict:
    token = current.set(work)
    try:
        return json.loads(Lines(**more).format(write()))
    finally:
        current.reset(token)


def record(
    message: str = "something", *arguments: object, error: bool = False
) -> logging.LogRecord:
    exc_info = sys.exc_info() if error else None
    return logging.LogRecord("a.part", 30, "file", 1, message, arguments, exc_info)


def test_a_line_says_of_which_request_it_is() -> None:
    told = line(Current("care", HEADERS), record)
    assert (told["level"], told["logger"], told["message"]) == ("warning", "a.part", "something")
    assert (told["request"], told["process"], told["trace"]) == ("call-17", "care", TRACE)
    assert line(Current("care", HEADERS), record, trace=lambda: "f" * 32)["trace"] == "f" * 32


def test_a_line_says_of_which_job_it_is() -> None:
    told = line(Current("house", job="usage.meter"), record)
    assert (told["job"], told["process"]) == ("usage.meter", "house")
    assert "request" not in told
    assert line(None, record).keys() == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("own", [b"", b"a b", b"x" * 65, b'"}\n{"', "Zoë".encode()], ids=range(5))
def test_an_id_that_is_none_is_replaced(own: bytes) -> None:
    work = Current("care", ((b"x-request-id", own),))
    assert len(work.request) == 32
    assert work.request == work.request
    assert Current("care", ((b"traceparent", own),)).trace is None


def test_errors_are_told_by_kind_and_place_alone() -> None:
    try:
        raise ValueError("Ann Lovelace, born 1815")  # noqa: TRY301
    except ValueError:
        told = line(None, lambda: record(error=True))
    assert told["error"] == "ValueError"
    assert "test_errors_are_told" in told["at"][-1]
    assert "Lovelace" not in json.dumps(told)
    try:
        raise Unavailable("gone")  # noqa: TRY301
    except Unavailable:
        assert line(None, lambda: record(error=True))["error"] == "unavailable"


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_secrets_and_addresses_are_left_out(secret: str) -> None:
    for said in (f"it was {secret} that failed", secret):
        kept = secret.rsplit(maxsplit=1)[-1]
        assert kept not in redacted(said)
        assert kept not in json.dumps(line(None, lambda: record("%s", said)))  # noqa: B023
        assert kept not in Text().format(record("%s", said))


def test_who_signs_in_at_an_address_is_left_out() -> None:
    said = redacted("cannot reach postgresql://olga:geheim@db.example:5432/inventory")
    assert "geheim" not in said
    assert "olga" not in said


def test_other_words_stay() -> None:
    for said in ("anomaly: readSpike at care, 900 observed", "stream a: 17 of 20", "2026-01-01"):
        assert redacted(said) == said
