"""A caller whose requests must be refused: the answer, the entry it leaves, and nothing written."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from customer_inventory.access.operation import UNGRANTED
from customer_inventory.web.stages import NOTHING
from tests.conftest import Service
from tests.tmf.wire import LEAKS, _state

_ENTRIES = (
    "SELECT operation, record_type, decision, status, rule, purpose, source, record_ids::text"
    " FROM access.entry WHERE process = $1 ORDER BY at, seq, number"
)


@dataclass(frozen=True)
class Caller:
    """A process that calls, and what the ledger has of it."""

    service: Service
    process: str
    client: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def of(cls, service: Service, process: str, token: str) -> AsyncIterator["Caller"]:
        """Lend a caller with this token."""
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
            yield cls(service, process, client)

    async def entries(self) -> list[dict[str, Any]]:
        """Return what the ledger has of the process, first to last."""
        rows = [dict(row) for row in await self.service.database.fetch(_ENTRIES, self.process)]
        for row in rows:
            row["ids"] = json.loads(row.pop("record_ids") or "[]")
        return rows

    async def refused(
        self,
        status: int,
        code: str,
        says: str,
        method: str,
        target: str,
        *,
        path: str | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Ask, and check all that must hold of a refusal; return the error.

        `says` is what the entry must say: operation, type and decision; of a denied one the rule
        is the code.
        """
        before, written = len(await self.entries()), await _state(self.service)
        answer = await self.client.request(method, target, **options)
        assert answer.status_code == status, answer.text
        error: dict[str, Any] = answer.json()
        assert (error["code"], error.get("path")) == (code, path), error
        assert not [leak for leak in LEAKS if leak in answer.text]
        assert await _state(self.service) == written
        (entry,) = (await self.entries())[before:]
        assert f"{entry['operation']} {entry['record_type']} {entry['decision']}" == says
        assert (entry["status"], entry["source"]) == (status, "127.0.0.1")
        assert entry["rule"] == (code if entry["decision"] == "deny" else _permitted_by(entry))
        return error


def _permitted_by(entry: dict[str, Any]) -> str | None:
    """Return the rule of what is permitted in a sandbox; what leads nowhere needs none."""
    return None if entry["operation"] == NOTHING else UNGRANTED


async def strangers(service: Service) -> int:
    """Return how many were refused before they showed who they are."""
    await service.application.strangers.keep()
    counted = await service.database.value("SELECT coalesce(sum(refused), 0) FROM access.stranger")
    return int(counted)
