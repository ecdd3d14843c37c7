"""A desk and an Alertmanager outside, as real services on a socket of their own.

The desk is of TMF621 v5 and TMF656 v5: it lists, makes, shows and changes; asks for a token; and
can fail as such services do.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "told-in-a-file"
MANDATORY = {
    "troubleTicket": ("description", "severity", "ticketType"),
    "serviceProblem": ("category", "description", "originatorParty", "priority", "reason"),
}


@dataclass
class Outside:
    """What a service outside was asked, and what it keeps; `failing` are statuses it answers next.

    `forgets` answers lost on their way back: it does what it is asked and answers 502.
    """

    base: str = ""
    kept: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"troubleTicket": {}, "serviceProblem": {}}
    )
    asked: list[tuple[str, str]] = field(default_factory=list)
    alerts: list[list[dict[str, Any]]] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    forgets: int = 0

    @property
    def tickets(self) -> list[dict[str, Any]]:
        return list(self.kept["troubleTicket"].values())

    def only(self) -> dict[str, Any]:
        [one] = self.tickets
        return one

    def say(self, identifier: str, status: str, reason: str) -> None:
        """Let somebody at the desk change a ticket."""
        there = self.kept["troubleTicket"][identifier]
        there |= {"status": status, "statusChangeReason": reason}

    def made(self, resource: str = "troubleTicket") -> int:
        return sum(method == "POST" and place.endswith(resource) for method, place in self.asked)


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """Run such a service."""
    there = Outside()
    application = web.Application(middlewares=[_guarding(there)])
    handlers = _Handlers(there)
    application.add_routes(
        [
            web.get("/tmf/{resource}", handlers.find),
            web.post("/tmf/{resource}", handlers.make),
            web.get("/tmf/{resource}/{id}", handlers.show),
            web.patch("/tmf/{resource}/{id}", handlers.change),
            web.post("/api/v2/alerts", handlers.alert),
        ]
    )
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    there.base = f"http://127.0.0.1:{port}"
    try:
        yield there
    finally:
        await runner.cleanup()


def _guarding(there: Outside) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Any) -> web.StreamResponse:
        there.asked.append((request.method, request.path))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return web.json_response({"code": "401", "reason": "who is it?"}, status=401)
        if there.failing:
            return web.json_response({"reason": "not now"}, status=there.failing.pop(0))
        answer: web.StreamResponse = await handler(request)
        if there.forgets and request.method == "POST":
            there.forgets -= 1
            return web.Response(status=502)
        return answer

    return guard


@dataclass
class _Handlers:
    there: Outside

    def _kept(self, request: web.Request) -> dict[str, dict[str, Any]]:
        kept = self.there.kept.get(request.match_info["resource"])
        if kept is None:
            raise web.HTTPNotFound
        return kept

    async def find(self, request: web.Request) -> web.Response:
        wanted = request.query.get("externalIdentifier.id")
        found = [
            each
            for each in self._kept(request).values()
            if wanted in {one["id"] for one in each.get("externalIdentifier", ())}
        ]
        return web.json_response(found)

    async def make(self, request: web.Request) -> web.Response:
        resource, document = request.match_info["resource"], await request.json()
        missing = [name for name in MANDATORY[resource] if name not in document]
        if missing or {"id", "href"} & document.keys():
            return web.json_response({"reason": f"{missing} is missing"}, status=400)
        kept = self._kept(request)
        name = f"{'INC' if resource == 'troubleTicket' else 'PRB'}-{len(kept) + 1}"
        href = f"{self.there.base}/tmf/{resource}/{name}"
        kept[name] = {"status": "acknowledged", **document, "id": name, "href": href}
        return web.json_response(kept[name], status=201, headers={"location": href})

    async def show(self, request: web.Request) -> web.Response:
        there = self._kept(request).get(request.match_info["id"])
        return web.json_response(there or {"reason": "none"}, status=200 if there else 404)

    async def change(self, request: web.Request) -> web.Response:
        there = self._kept(request).get(request.match_info["id"])
        if there is None or request.content_type != "application/merge-patch+json":
            return web.json_response({"reason": "no"}, status=404 if there is None else 415)
        there |= await request.json()
        return web.json_response(there)

    async def alert(self, request: web.Request) -> web.Response:
        told = await request.json()
        if not all(each.get("labels", {}).get("alertname") for each in told):
            return web.json_response("no alertname", status=400)
        self.there.alerts.append(told)
        return web.json_response({})
