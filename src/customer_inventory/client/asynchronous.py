"""The asynchronous client: what the synchronous one does, awaited."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from customer_inventory.client import call as calls
from customer_inventory.client.conversation import Came, Step, course
from customer_inventory.client.credential import ClientCredentials, Keeper, Token
from customer_inventory.client.record import Document, Hit, Record, Version
from customer_inventory.client.retry import Retry

_SECONDS = 30.0


class AsyncClient:
    """Calls the inventory at `base`, as whom the credential says.

    `http` are options of `httpx.AsyncClient` (certificates, proxies, limits). It may be used
    by several tasks. Every method raises a `ClientError`: `Failed` of the kind that the service
    answered, or `Unreachable`.
    """

    def __init__(
        self,
        base: str,
        credential: Token | ClientCredentials,
        *,
        retry: Retry | None = None,
        **http: Any,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=base, **{"timeout": _SECONDS, **http})
        self._keeper = Keeper(credential)
        self._retry = retry or Retry()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def get(
        self,
        kind: str,
        identifier: str,
        *,
        fields: Iterable[str] = (),
        as_of: str | None = None,
        known_at: str | None = None,
    ) -> Record:
        """Return a record, or what it was at a moment (ISO 8601), with the `fields` wanted."""
        return calls.record(
            kind, await self._ask(calls.get(kind, identifier, fields, as_of, known_at))
        )

    async def records(
        self,
        kind: str,
        where: Mapping[str, Any] | None = None,
        *,
        fields: Iterable[str] = (),
        sort: str = "",
        page_size: int = 100,
    ) -> AsyncIterator[Record]:
        """Return the records for which all conditions of `where` hold, fetched page by page."""
        following: calls.Call | None = calls.page(kind, where or {}, fields, sort, page_size)
        while following is not None:
            answer = await self._ask(following)
            for record in calls.records(kind, answer):
                yield record
            following = calls.following(following, answer)

    async def create(self, kind: str, document: Document) -> Record:
        """Make a record; it is returned with its id."""
        return calls.record(kind, await self._ask(calls.create(kind, document)))

    async def change(self, record: Record, patch: Document, *, is_forced: bool = False) -> Record:
        """Change a record by a merge patch (RFC 7396); raise Stale if somebody else did meanwhile.

        `is_forced` changes it whatever it says now.
        """
        return calls.record(
            record.type, await self._ask(calls.change(record, patch, is_forced=is_forced))
        )

    async def delete(self, record: Record, *, is_forced: bool = False) -> None:
        """Remove a record; raise Stale if somebody else changed it meanwhile."""
        await self._ask(calls.delete(record, is_forced=is_forced))

    async def customer360(
        self,
        identifier: str,
        *,
        limit: int = 100,
        as_of: str | None = None,
        known_at: str | None = None,
    ) -> Document:
        """Return a customer with what hangs on it, `limit` of each type."""
        answer = await self._ask(calls.customer360(identifier, limit, as_of, known_at))
        found: Document = answer.json()
        return found

    async def history(self, kind: str, identifier: str, *, limit: int = 100) -> list[Version]:
        """Return the versions of a record, newest first."""
        return calls.versions(await self._ask(calls.history(kind, identifier, limit)))

    async def search(
        self, text: str, *, as_of: str | None = None, page_size: int = 20
    ) -> AsyncIterator[Hit]:
        """Return the records that answer a search, best first, fetched page by page."""
        after, is_first = "", True
        while after or is_first:
            found, after = calls.hits(await self._ask(calls.search(text, as_of, page_size, after)))
            for hit in found:
                yield hit
            is_first = False

    async def check(self, kind: str, document: Document) -> Document:
        """Return which records are likely of the subject of a document, with reasons."""
        answer = await self._ask(calls.check(kind, document))
        found: Document = answer.json()
        return found

    async def call(
        self, method: str, path: str, *, query: calls.Query | None = None, body: Any = None
    ) -> Any:
        """Call anything else that is served; return its JSON, None where there is none."""
        answer = await self._ask(calls.Call(method, path, query or {}, body))
        return answer.json() if answer.content else None

    async def _ask(self, call: calls.Call) -> httpx.Response:
        steps = course(self._http, self._keeper, self._retry, call)
        came: Came | None = None
        while True:
            try:
                step = steps.send(came)
            except StopIteration as done:
                answer: httpx.Response = done.value
                return answer
            came = await self._take(step)

    async def _take(self, step: Step) -> Came | None:
        if not isinstance(step, httpx.Request):
            await asyncio.sleep(step)
            return None
        try:
            return await self._http.send(step)
        except httpx.TransportError as error:
            return error
