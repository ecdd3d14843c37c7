"""Every operation of the OpenAPI document, asked for in the same few ways each time.

What the fuzzer comes upon by chance in an operation with few parameters, this always does.
"""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from customer_inventory.store.database import Database
from tests.fuzz.parts import OAUTH, ids_for, parts_of
from tests.fuzz.target import Target, target

_PARAMETER = re.compile(r"\{(\w+)\}")
_NOBODY = str(uuid.UUID(int=7))
_BODIES: tuple[Any, ...] = (None, {}, [])
_LAST = "DELETE"


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation of what asks for a bearer token."""
    oauth = next(part.pattern for part in parts_of(document) if part.name == OAUTH)
    for path, there in document["paths"].items():
        if not re.match(oauth, path):
            for method in there.keys() - {"parameters"}:
                yield method.upper(), path, there[method]


def addresses(path: str, facts: dict[str, Any], words: list[str]) -> Iterator[str]:
    """Yield a path with ids that are there, an id of nobody, a month, a word, and `words`."""
    yield _PARAMETER.sub(lambda found: str(ids_for(facts, path, found[1])[0]), path)
    for word in (_NOBODY, "2026-01", "x", *words) if "{" in path else ():
        yield _PARAMETER.sub(word, path)


def named(operation: dict[str, Any]) -> list[str]:
    """Return the words that parameters of the path may be, where they are told."""
    parameters = operation.get("parameters", ())
    return [
        word
        for each in parameters
        if each.get("in") == "path"
        for word in each["schema"].get("enum", ())
    ]


async def asked(
    client: httpx.AsyncClient, method: str, path: str, there: Target, told: tuple[Any, list[str]]
) -> list[tuple[str, int]]:
    """Return each address asked for, with the status answered."""
    found = []
    for address in addresses(path, *told):
        for body in (None,) if method == "GET" else _BODIES:
            content = None if body is None else json.dumps(body)
            answer = await client.request(
                method, f"{there.base}{address}", content=content,
                headers={"Content-Type": "application/json"} if content else {},
            )  # fmt: skip
            found.append((address, answer.status_code))
    return found


async def test_every_operation_answers_as_described(
    dsn: str, database: Database, tmp_path: Path
) -> None:
    wrong = []
    async with target(dsn, database, tmp_path) as there:
        facts = json.loads(there.facts.read_text("utf-8"))
        headers = {"Authorization": f"Bearer {there.token}"}
        async with httpx.AsyncClient(headers=headers, timeout=60) as client:
            asking = sorted(operations(there.document), key=lambda of: (of[0] == _LAST, of[1]))
            for method, path, operation in asking:
                told = (facts, named(operation))
                for address, status in await asked(client, method, path, there, told):
                    if str(status) not in operation["responses"] or status >= 500:
                        wrong.append(f"{method} {address}: {status}")
    assert wrong == []
