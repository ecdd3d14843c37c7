"""The service that is fuzzed, and the fuzzer run against it: a real server, real tokens."""

import asyncio
import base64
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from customer_inventory.access import registration
from customer_inventory.access.oauth import client as clients
from customer_inventory.access.operation import FUNCTIONS
from customer_inventory.access.registration import Permission
from customer_inventory.store.database import Database
from tests.fuzz.known import known
from tests.fuzz.parts import OAUTH, Part, command, parts_of
from tests.tmf.conftest import serving

_EVERYTHING = "read,create,modify,update,delete,download"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """What the fuzzer found in one part: what it printed, whether all that it tried held."""

    part: Part
    told: str
    is_clean: bool

    @property
    def cases(self) -> int:
        """How many requests were tried."""
        found = re.search(r"(\d+) generated", self.told)
        return int(found[1]) if found else 0


@dataclass(frozen=True)
class Target:
    """A service with facts in it, and who may do everything there."""

    base: str
    database: Database
    document: dict[str, Any]
    facts: Path
    token: str
    client: str

    @property
    def parts(self) -> list[Part]:
        """What can be fuzzed."""
        return parts_of(self.document)

    async def fuzz(self, part: Part, **how: Any) -> Outcome:
        """Fuzz one part (`seconds`, `seed`, see `parts.command`)."""
        shown = f"Basic {self.client}" if part.name == OAUTH else f"Bearer {self.token}"
        process = await asyncio.create_subprocess_exec(
            *command(part, self.base, shown, **how),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self.facts.parent,
            env={
                **os.environ,
                "PYTHONPATH": str(_ROOT),
                "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
                "CINV_FUZZ_KNOWN": str(self.facts),
            },
        )
        told, _ = await process.communicate()
        return Outcome(part, told.decode("utf-8", "replace"), process.returncode == 0)

    async def answered(self) -> dict[int, int]:
        """Return how often each status was answered so far, by the ledger."""
        rows = await self.database.fetch(
            "SELECT status, count(*) AS number FROM access.entry WHERE process = 'fuzzer'"
            " GROUP BY status ORDER BY status"
        )
        return {row["status"]: row["number"] for row in rows}


@asynccontextmanager
async def target(dsn: str, database: Database, folder: Path) -> AsyncIterator[Target]:
    """Serve the database of `dsn`, filled, for the fuzzer; `folder` is for what it is told."""
    # Who guesses ids has to wait: not here, where guessing is the work.
    async with serving(
        dsn, database, callback_allow="127.0.0.1", unknown_ids_per_hour=10**9
    ) as service:
        token = await _registered(database)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
            facts = await known(replace(service, client=client, token=token))
            secret, _ = await clients.register_with_secret(
                database, "by-secret", "fuzzer", registered_by="the tests"
            )
            basic = base64.b64encode(f"by-secret:{secret}".encode()).decode()
            facts["bodies"] |= await _of_oauth(client, basic)
            document = (await client.get("/openapi.json")).json()
        path = folder / "known.json"
        path.write_text(json.dumps(facts), "utf-8")
        yield Target(service.base, database, document, path, token, basic)


async def _registered(database: Database) -> str:
    """Register the process that may do everything; return a token of a person that acts by it."""
    await registration.register(
        database,
        "fuzzer",
        name="Fuzzer",
        owner="the tests",
        registered_by="the tests",
        permissions=[
            Permission.parse(f"{name}:{_EVERYTHING}", "testing")
            for name in ("*", *sorted(FUNCTIONS))
        ],
    )
    token = await registration.issue_token(
        database, "fuzzer", purpose="testing", person="fay", lifetime=timedelta(days=1)
    )
    return token.secret


async def _of_oauth(client: httpx.AsyncClient, basic: str) -> dict[str, list[Any]]:
    asked = {"grant_type": "client_credentials", "scope": "dpv:testing"}
    answer = await client.post(
        "/oauth2/token", data=asked, headers={"Authorization": f"Basic {basic}"}
    )
    assert answer.status_code == 200, answer.text
    token = {"token": answer.json()["access_token"]}
    return {
        "POST /oauth2/token": [asked],
        "POST /oauth2/introspect": [token],
        "POST /oauth2/revoke": [token],
    }
