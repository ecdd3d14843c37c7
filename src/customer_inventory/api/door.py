"""The door of the management API: where each request leads. `web.stages` walks it from there."""

from collections.abc import Mapping
from functools import partial

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.scope import demand_whole
from customer_inventory.api.route import Call, Route
from customer_inventory.api.routes import ROUTES
from customer_inventory.web.exchange import Answer, Receive, Request, Scope, Send
from customer_inventory.web.rooms import Rooms
from customer_inventory.web.stages import Place, Stages, Took


class ApiDoor:
    """An ASGI application that serves every declared route."""

    def __init__(
        self, rooms: Rooms, guard: Guard, ledger: Ledger, *, max_body_bytes: int, took: Took
    ) -> None:
        self._rooms = rooms
        self._stages = Stages(
            self._place,
            guard,
            ledger,
            max_body_bytes=max_body_bytes,
            missed=rooms.inventory.missed,
            took=took,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        await self._stages(scope, receive, send)

    def _place(self, path: str, method: str) -> Place:
        path = path.rstrip("/")
        found = [(route, match) for route in ROUTES if (match := route.pattern.match(path))]
        if not found:
            return Place()
        # A name of ours is no id: `/quarantine/replay` is not the row called replay.
        fewest = min(len(match.groupdict()) for _, match in found)
        found = [(route, match) for route, match in found if len(match.groupdict()) == fewest]
        allowed = tuple(route.method for route, _ in found)
        # HEAD is GET without the body.
        wanted = "GET" if method == "HEAD" else method
        for route, match in found:
            if route.method == wanted:
                return self._leading(route, match.groupdict(), allowed)
        return Place(found[0][0].entry_type, allowed=allowed)

    def _leading(self, route: Route, path: Mapping[str, str], allowed: tuple[str, ...]) -> Place:
        return Place(
            route.entry_type,
            path.get("id", ""),
            route.type_of(path),
            route.operation,
            partial(self._handle, route, path),
            allowed,
            self._rooms.attachments.most if route.is_large else None,
        )

    async def _handle(
        self, route: Route, path: Mapping[str, str], session: Session, request: Request
    ) -> Answer:
        if route.record_type == EVERY_TYPE:
            demand_whole(session.sight.rows)
        return await route.handler(Call(self._rooms, session, request, path))
