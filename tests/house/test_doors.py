"""No open door: every route names one permission, and what is public is listed here."""

import httpx
import pytest

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import ROOT as API_ROOT
from customer_inventory.api.routes import ROUTES as API
from customer_inventory.tmf.door import _resources
from customer_inventory.tmf.roles import Roles
from tests.conftest import Service

PUBLIC = {
    "/health/live",
    "/health/ready",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/oauth2/jwks",
    "/.well-known/oauth-authorization-server",
    "/openapi.json",
    "/docs",
    "/docs/start.js",
    "/docs/own.css",
    "/docs/static",
}
ROUTES = (
    [
        (path if not is_item else f"{path}/unknown", method)
        for path, resource in _resources("").items()
        for is_item, served in ((False, resource.collection), (True, resource.item))
        for method in served
    ]
    + [(path, "GET") for path in Roles(None, "", 1).resources]
    + [(f"{API_ROOT}{route.path}".replace("{type}", "individual"), route.method) for route in API]
)


def test_every_route_names_one_permission() -> None:
    for resource in _resources("").values():
        for served in (resource.collection, resource.item):
            for operation, _ in served.values():
                assert isinstance(operation, Operation)
    assert all(isinstance(route.operation, Operation) for route in API)


async def test_only_what_is_listed_is_public(service: Service) -> None:
    assert {route.path for route in service.application.pages.routes} == PUBLIC


@pytest.mark.parametrize("token", ["", "Bearer x", "Bearer cinv_unknown", "Basic dTpw", "x" * 5000])
async def test_every_route_asks_who_is_calling(service: Service, token: str) -> None:
    async with httpx.AsyncClient(base_url=service.base) as stranger:
        for path, method in ROUTES:
            headers = {"Authorization": token} if token else {}
            answer = await stranger.request(method, path, headers=headers)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_every_route_asks_whether_the_caller_may(service: Service) -> None:
    token = await service.token_for("idle", "individual:download")
    async with httpx.AsyncClient(base_url=service.base) as caller:
        for path, method in ROUTES:
            answer = await caller.request(
                method, path, headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 403, (method, path)
