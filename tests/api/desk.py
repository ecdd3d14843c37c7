"""People who administer access, calling over HTTP."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from customer_inventory.access import registration
from tests.conftest import Service

API = "/inventory/v1"


@dataclass(frozen=True)
class Desk:
    """Calls as people who administer access."""

    service: Service

    async def call(self, person: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.at(person, method, f"{API}{path}", body)

    async def at(self, person: str, method: str, path: str, body: Any) -> httpx.Response:
        """Call `path` with a token of the desk that names `person`, if any."""
        token = await registration.issue_token(
            self.service.database,
            "desk",
            purpose="testing",
            person=person or None,
            lifetime=timedelta(hours=1),
        )
        headers = {"Authorization": f"Bearer {token.secret}"}
        async with httpx.AsyncClient(base_url=self.service.base, headers=headers) as client:
            return await client.request(method, path, json=body)

    async def done(self, person: str, method: str, path: str, body: Any = None) -> Any:
        answer = await self.call(person, method, path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()
