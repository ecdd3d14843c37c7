"""What is asked of an inventory, by shape, of records drawn at random from it."""

import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from bench.tables import Connection
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.ids import compose

GET, LIST, AROUND, HISTORY = "get by id", "list by family name", "360", "history"
EXACT, PREFIX, TYPO = "search exact name", "search beginning", "search misspelt"
PHONE, IDENTIFIER = "search phone", "search identifier"
COMMON = "search common word"
SEARCHES = (EXACT, PREFIX, TYPO, PHONE, IDENTIFIER, COMMON)
SHAPES = (GET, LIST, *SEARCHES, AROUND, HISTORY)

_PARTY = "/tmf-api/party/v5"
_SEARCH = "/inventory/v1/search?q="
Document = dict[str, Any]


async def drawn(connection: Connection, count: int, seed: int) -> Mapping[str, Sequence[str]]:
    """Return so many paths of each shape, of records that are there."""
    chance = random.Random(seed)
    people = await _some(connection, "individual", count, chance)
    companies = await _some(connection, "organization", count, chance)
    customers = await _some(connection, "customer", count, chance)
    reached = [number for person in people if (number := _number(person))]
    registered = [text for company in companies if (text := _identifier(company))]
    if not reached or not registered:
        raise Unavailable("The generated records have no numbers to search for.")
    return {
        GET: [f"{_PARTY}/individual/{person['id']}" for person in people],
        LIST: [
            f"{_PARTY}/individual?familyName={quote(person['familyName'])}&limit=20"
            for person in people
        ],
        EXACT: [_searching(_name(person)) for person in people],
        PREFIX: [
            _searching(f"{person['givenName']} {person['familyName'][:4]}") for person in people
        ],
        TYPO: [_searching(_misspelt(person, chance)) for person in people],
        PHONE: [_searching(number) for number in _repeated(reached, count)],
        IDENTIFIER: [_searching(text) for text in _repeated(registered, count)],
        COMMON: [_searching(person["givenName"]) for person in people],
        AROUND: [f"/tmf-api/customer360/v5/customer360/{one['id']}" for one in customers],
        HISTORY: [f"{_PARTY}/individual/{person['id']}/history" for person in people],
    }


async def _some(
    connection: Connection, table: str, count: int, chance: random.Random
) -> list[Document]:
    """Return documents at random places of a table, in the order of its ids."""
    found = []
    for _ in range(count):
        place = compose(chance.randrange(1024), chance.getrandbits(120))
        row = await connection.fetchrow(
            f"select body from record.{table} where id >= $1 order by id limit 1", place
        ) or await connection.fetchrow(f"select body from record.{table} order by id limit 1")
        if row is None:
            raise Unavailable(f"record.{table} is empty.")
        found.append(msgspec.json.decode(row["body"]))
    return found


def _searching(text: str) -> str:
    return _SEARCH + quote(text)


def _name(person: Document) -> str:
    return f"{person['givenName']} {person['familyName']}"


def _misspelt(person: Document, chance: random.Random) -> str:
    """Return the name with two letters of its longest word swapped."""
    words = _name(person).split()
    longest = max(range(len(words)), key=lambda place: len(words[place]))
    word = words[longest]
    at = chance.randrange(len(word) - 1)
    words[longest] = f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
    return " ".join(words)


def _number(person: Document) -> str | None:
    for medium in person.get("contactMedium", ()):
        number = medium.get("phoneNumber")
        if number:
            return f"{number[:3]} {number[3:6]} {number[6:9]}-{number[9:]}"
    return None


def _identifier(company: Document) -> str | None:
    for part in company.get("organizationIdentification", ()):
        if part.get("identificationId"):
            return str(part["identificationId"])
    return None


def _repeated(texts: Sequence[str], count: int) -> list[str]:
    return [texts[place % len(texts)] for place in range(count)]
