"""What tells whether the service is well, and what is answered where nothing is served."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from customer_inventory import __version__
from customer_inventory.kit.errors import InventoryError, NotFound
from customer_inventory.store.database import Database
from customer_inventory.web import failure


def health_routes(database: Database, streams: Callable[[], Mapping[str, str]]) -> list[Route]:
    """Return the routes of the health endpoints; `streams` returns the states of streams."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "pass", "version": __version__})

    async def ready(_: Request) -> Response:
        try:
            await database.value("SELECT 1")
        except InventoryError as error:
            return JSONResponse({"status": "fail", "output": error.message}, status_code=503)
        # One that waits for its broker is no reason to send callers elsewhere.
        states = streams()
        is_well = all(state == "running" for state in states.values())
        told = {f"stream:{name}": [{"status": state}] for name, state in states.items()}
        checks = {"checks": told} if told else {}
        status = "pass" if is_well else "warn"
        return JSONResponse({"status": status, "version": __version__, **checks})

    return [Route("/health/live", live), Route("/health/ready", ready)]


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
