"""Where a file comes from: this machine, standard input, or object storage by its URL."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from customer_inventory.kit.errors import Invalid, Unavailable

STANDARD_INPUT = "-"
S3 = "s3://"
_PIECE = 1_048_576
_TIMEOUT = "30s"


class NotThere(Invalid):
    """There is no such object."""

    code = "notFound"


@dataclass(frozen=True, slots=True)
class Storage:
    """Object storage that speaks S3: its `endpoint` (None: Amazon's) and `region`.

    Who asks is told by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what else the environment
    gives clients of S3.
    """

    endpoint: str | None = None
    region: str = "us-east-1"


def local(given: str) -> Path | None:
    """Return the path of a file of this machine, None for what is none."""
    return None if given == STANDARD_INPUT or given.startswith(S3) else Path(given)


def pieces(given: str, storage: Storage) -> Iterator[bytes]:
    """Yield what comes from standard input or object storage; raise Invalid or Unavailable."""
    return _standard_input() if given == STANDARD_INPUT else _object(given, storage)


def _standard_input() -> Iterator[bytes]:
    if sys.stdin.isatty():
        raise Invalid("Standard input is a terminal.", hint="Pipe a file into it.")
    while piece := sys.stdin.buffer.read(_PIECE):
        yield piece


def _object(given: str, storage: Storage) -> Iterator[bytes]:
    bucket, key = _address(given)
    if find_spec("obstore") is None:
        raise Unavailable(
            "This installation reads from no object storage.",
            hint="Install customer-inventory[s3].",
        )
    from obstore.exceptions import BaseError  # noqa: PLC0415 - an extra

    try:
        yield from _fetched(bucket, key, storage)
    except FileNotFoundError:
        raise NotThere(f"{given} is not there.", hint="Check bucket and key.") from None
    except BaseError as error:
        raise _not_given(given, error) from None


def _address(given: str) -> tuple[str, str]:
    parts = urlsplit(given)
    key = unquote(parts.path.lstrip("/"))
    if not parts.netloc or not key or parts.query or parts.fragment or "@" in parts.netloc:
        raise Invalid(f"{given} is no address of an object.", hint="Give s3://bucket/key.")
    return parts.netloc, key


def _fetched(bucket: str, key: str, storage: Storage) -> Iterator[bytes]:
    import obstore  # noqa: PLC0415 - an extra
    from obstore.store import S3Store  # noqa: PLC0415

    asked: dict[str, Any] = {"region": storage.region}
    options: Any = {"timeout": _TIMEOUT, "connect_timeout": _TIMEOUT}
    if storage.endpoint:
        asked["endpoint"] = storage.endpoint
        options["allow_http"] = storage.endpoint.startswith("http://")
    store = S3Store(bucket, client_options=options, retry_config={"max_retries": 3}, **asked)
    for piece in obstore.get(store, key).stream(min_chunk_size=_PIECE):
        yield bytes(piece)


def _not_given(given: str, error: Exception) -> Unavailable:
    # The client tells all that it sent and got: who asks, and with what signature, is no one's.
    return Unavailable(
        f"{given} cannot be fetched: {type(error).__name__.removesuffix('Error')}.",
        hint="Check CINV_S3_ENDPOINT, CINV_S3_REGION and the AWS_… credentials.",
    )
