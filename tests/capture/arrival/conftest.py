"""Things that arrive, and where they become text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from customer_inventory.capture.arrival.arriving import Wanted, arriving
from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.mapping import Mapping, parse_mapping
from tests.capture.conftest import SMALL

LINES = SMALL.replace("format: csv", "format: ndjson")

Text = Callable[..., bytes]


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "home", Limits())


@pytest.fixture
def lines() -> Mapping:
    """The small mapping over lines of JSON."""
    return parse_mapping(LINES, "small")


@pytest.fixture
def text_of(tmp_path: Path, small: Mapping, spool: Spool) -> Text:
    """What a file of some content becomes."""

    def text(content: bytes, mapping: Mapping = small, **wanted: str) -> bytes:
        file = tmp_path / "arrives"
        file.write_bytes(content)
        with arriving(str(file), mapping, spool, wanted=Wanted(**wanted)) as arrived:
            return arrived.path.read_bytes()

    return text
