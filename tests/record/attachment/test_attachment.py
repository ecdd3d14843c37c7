"""Attachments: kept whole and encrypted, read in any range, damaged ones told, erased for good."""

import asyncio
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound, TooLarge, Unavailable
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.attachment import cipher, media
from customer_inventory.record.attachment.attachment import Attachments, erase
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe
from tests.record.samples import person

INDIVIDUAL = TYPES["individual"]
PDF = b"%PDF-1.7\n" + b"contract of Ada Lovelace " * 20_000
ACTOR = Actor("test", "testing", "tester")


@pytest.fixture
def attachments(database: Database) -> Attachments:
    return Attachments(database, Safe(b"k" * 32), most=2_000_000)


@pytest.fixture
async def record(database: Database) -> str:
    return (await Inventory(database).create(INDIVIDUAL, person(), actor=ACTOR)).id


async def read(attachments: Attachments, identifier: str, *span: int) -> bytes:
    return b"".join([part async for part in attachments.content(identifier, *span)])


async def kept(attachments: Attachments, record: str, content: bytes = PDF, **more: str):
    said = {"name": "contract.pdf", "media_type": "application/pdf", **more}
    return await attachments.keep(INDIVIDUAL, record, content, actor=ACTOR, **said)


async def test_what_was_kept_comes_back(attachments: Attachments, record: str) -> None:
    one = await kept(attachments, record)
    assert await read(attachments, one.id) == PDF
    assert await attachments.get(one.id) == one
    assert await attachments.of_record(record) == [one]
    assert (one.size, one.record_type) == (len(PDF), "individual")
    assert bucket_of(one.id) == bucket_of(record)


@pytest.mark.parametrize("size", [0, 1, cipher.PART_BYTES, cipher.PART_BYTES + 1, 700_001])
async def test_every_size_and_range(attachments: Attachments, record: str, size: int) -> None:
    content = (b"line of text\n" * (size // 13 + 1))[:size]
    one = await kept(attachments, record, content, name="notes.txt", media_type="text/plain")
    assert await read(attachments, one.id) == content
    places = sorted({0, 1, size // 2, size, cipher.PART_BYTES - 1, cipher.PART_BYTES, size + 5})
    for start in places:
        for stop in places:
            assert await read(attachments, one.id, start, stop) == content[start:stop]


async def test_nothing_of_it_lies_open(
    attachments: Attachments, record: str, database: Database
) -> None:
    await kept(attachments, record)
    parts = await database.fetch("SELECT content FROM record.attachment_part")
    assert len(parts) == 2
    assert not any(b"Lovelace" in row["content"] for row in parts)
    key = await database.value("SELECT sealed_key FROM record.attachment")
    assert len(key) > 32
    with pytest.raises(Unavailable):
        Safe(b"x" * 32).open(key, "any")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE record.attachment_part SET content = set_byte(content, 100, 1) WHERE part = 0",
        "UPDATE record.attachment_part SET content = substr(content, 1, 1000) WHERE part = 1",
        "UPDATE record.attachment_part SET part = 7 - part",
        "UPDATE record.attachment SET sealed_key = set_byte(sealed_key, 20, 1)",
    ],
)
async def test_damage_is_told(
    attachments: Attachments, record: str, database: Database, damage: str
) -> None:
    one = await kept(attachments, record)
    await database.execute(damage)
    with pytest.raises((Unavailable, NotFound)):
        await read(attachments, one.id)


async def test_what_is_not_taken(attachments: Attachments, record: str) -> None:
    for name in ("", " ", "..", "a/b", "a\\b", 'a"b', "a\nb", "x" * 201, "\u202efdp.exe"):
        with pytest.raises(Invalid) as refused:
            await kept(attachments, record, name=name)
        assert refused.value.path == "name"
    with pytest.raises(Invalid):
        await kept(attachments, record, media_type="text/html")
    with pytest.raises(Invalid):
        await kept(attachments, record, b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    with pytest.raises(TooLarge):
        await kept(attachments, record, b"%PDF-" + b"x" * 2_000_000)
    with pytest.raises(NotFound):
        await kept(attachments, new_id())
    with pytest.raises(NotFound):
        await kept(attachments, "no id")
    assert await attachments.of_record(record) == []


@pytest.mark.parametrize(
    ("media_type", "content", "fits"),
    [
        ("application/pdf", b"%PDF-1.4 x", True),
        ("application/pdf", b"plain", False),
        ("application/pdf", b"", False),
        ("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, True),
        ("image/jpeg", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, False),
        ("text/plain", "Grüße".encode(), True),
        ("text/plain", b"", True),
        ("text/plain", b"a\x00b", False),
        ("text/plain", b"MZ" + b"x" * 300, False),
        ("text/csv", b"%PDF-1.4", False),
        ("application/zip", b"PK\x03\x04" + b"\0" * 60, True),
        ("application/x-sh", b"#!/bin/sh", False),
    ],
)
def test_content_is_of_the_type_it_says(media_type: str, content: bytes, fits: bool) -> None:
    if fits:
        assert media.check(media_type, content) == media_type
    else:
        with pytest.raises(Invalid):
            media.check(media_type, content)


async def test_removed_is_removed(
    attachments: Attachments, record: str, database: Database
) -> None:
    one, two = await kept(attachments, record), await kept(attachments, record)
    await attachments.remove(one.id)
    with pytest.raises(NotFound):
        await attachments.get(one.id)
    assert await attachments.of_record(record) == [two]
    async with database.transaction() as connection:
        assert await erase(connection, [record, new_id()]) == 1
    assert await database.value("SELECT count(*) FROM record.attachment_part") == 0


async def test_many_at_once(attachments: Attachments, record: str) -> None:
    contents = [b"%PDF-" + secrets.token_bytes(300_000) for _ in range(12)]
    made = await asyncio.gather(*(kept(attachments, record, content) for content in contents))
    assert [await read(attachments, one.id) for one in made] == contents


@given(st.binary(max_size=2000), st.integers(0, 3))
def test_a_part_opens_in_its_place_alone(content: bytes, other: int) -> None:
    key = cipher.new_key()
    (encrypted,) = cipher.parts(key, "file", content)
    assert cipher.opened(key, "file", 0, encrypted) == content
    for file, part in (("another", 0), ("file", other + 1)):
        with pytest.raises(Unavailable):
            cipher.opened(key, file, part, encrypted)
