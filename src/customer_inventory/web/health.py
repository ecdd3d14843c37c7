"""What a service says of its health, without a token; and what it says where nothing is served.

The answers have the form of `application/health+json` as far as programs read it: `status` is
`pass`, `warn` or `fail`, and 200 or 503 says the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from customer_inventory import __version__
from customer_inventory.kit.errors import InventoryError, NotFound
from customer_inventory.web import failure

PROBES = ("startup", "live", "ready")
"""What can be asked, each at `/health/` and its name."""


class Health:
    """The health of one service, from its beginning until it leaves.

    `reach` reaches the database or raises an InventoryError; `streams` returns the state of each
    stream by its name.
    """

    def __init__(
        self, reach: Callable[[], Awaitable[object]], streams: Callable[[], Mapping[str, str]]
    ) -> None:
        self._reach = reach
        self._streams = streams
        self._has_begun = False
        self._leaves = False

    def begin(self) -> None:
        """Say from now on that the service has begun: all that it consists of runs."""
        self._has_begun = True

    def leave(self) -> None:
        """Say from now on that callers should go elsewhere; requests are answered all the same."""
        self._leaves = True

    def routes(self) -> list[Route]:
        """Return the routes at which health is told."""
        asked = (self._startup, self._live, self._ready)
        return [Route(f"/health/{name}", ask) for name, ask in zip(PROBES, asked, strict=True)]

    async def _startup(self, _: Request) -> Response:
        return _passed() if self._has_begun else _failed("The service has not begun yet.")

    async def _live(self, _: Request) -> Response:
        return _passed()

    async def _ready(self, _: Request) -> Response:
        if self._leaves:
            return _failed("The service is leaving.")
        try:
            await self._reach()
        except InventoryError as error:
            return _failed(error.message)
        # One that waits for its broker is no reason to send callers elsewhere.
        states = self._streams()
        is_well = all(state == "running" for state in states.values())
        told = {f"stream:{name}": [{"status": state}] for name, state in states.items()}
        return _passed("pass" if is_well else "warn", **({"checks": told} if told else {}))


async def unserved(_: Request, error: Exception) -> Response:
    """Answer what no page serves in the one shape that errors have here."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "GET, HEAD").split(", ")
        said = failure.answer(failure.MethodNotAllowed(tuple(sorted(allowed))))
    else:
        said = failure.answer(NotFound("There is no such page.", hint="See /docs."))
    headers = {name.decode(): value.decode() for name, value in said.headers}
    return Response(said.body, said.status, headers, media_type="application/json")


def _passed(status: str = "pass", **more: object) -> Response:
    return JSONResponse({"status": status, "version": __version__, **more})


def _failed(why: str) -> Response:
    return JSONResponse({"status": "fail", "output": why}, HTTPStatus.SERVICE_UNAVAILABLE)
