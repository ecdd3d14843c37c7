"""The endpoints of the authorization server (RFC 6749, 7009, 7662, 8414), beside the guard.

They show nothing of a customer; whoever calls them authenticates as a client.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from customer_inventory.access.guard import Guard
from customer_inventory.access.oauth import dpop
from customer_inventory.access.oauth.authentication import ALGORITHMS, authenticate
from customer_inventory.access.oauth.client import ASSERTION, SECRET, Client
from customer_inventory.access.oauth.error import OAuthError
from customer_inventory.access.oauth.token import Tokens
from customer_inventory.access.stranger import Strangers
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.store.database import Database
from customer_inventory.web import failure
from customer_inventory.web.form import form_of

TOKEN = "/oauth2/token"  # noqa: S105 - a path
REVOKE = "/oauth2/revoke"
INTROSPECT = "/oauth2/introspect"
KEYS = "/oauth2/jwks"
METADATA = "/.well-known/oauth-authorization-server"

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Form = Mapping[str, str]
Endpoint = Callable[[Client, Form, Request], Awaitable[Response]]


@dataclass(frozen=True)
class OAuthDoor:
    """What the endpoints need."""

    database: Database
    tokens: Tokens
    guard: Guard
    strangers: Strangers

    def routes(self) -> list[Route]:
        """Return the routes of the authorization server."""
        return [
            Route(TOKEN, self._asked(self._token, TOKEN), methods=["POST"]),
            Route(REVOKE, self._asked(self._revoke, REVOKE), methods=["POST"]),
            Route(INTROSPECT, self._asked(self._introspect, INTROSPECT), methods=["POST"]),
            Route(KEYS, self._keys),
            Route(METADATA, self._metadata),
        ]

    def _asked(self, endpoint: Endpoint, path: str) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler that reads the form, authenticates the client and asks `endpoint`."""
        audiences = (self.tokens.issuer, f"{self.tokens.issuer}{path}")

        async def handler(request: Request) -> Response:
            source = request.client.host if request.client else None
            try:
                if self.strangers.must_wait(source):
                    return _answer(429, {"error": "slow_down"}, {"Retry-After": "60"})
                form = await _form(request)
                authorization = request.headers.get("authorization", "")
                client = await authenticate(self.database, authorization, form, audiences)
                return await endpoint(client, form, request)
            except OAuthError as error:
                if error.code == "invalid_client":
                    self.strangers.failed(source)
                return _refusal(error)
            except InventoryError as error:
                said = failure.answer(error)
                return _answer(said.status, {"error": "server_error"})

        return handler

    async def _token(self, client: Client, form: Form, request: Request) -> Response:
        if form.get("grant_type") != "client_credentials":
            raise OAuthError("unsupported_grant_type", "Only client_credentials is served.")
        bound_to = await self._proved(client, request)
        issued = await self.tokens.issue(client, form.get("scope", ""), bound_to)
        told = {
            "access_token": issued.text,
            "token_type": "DPoP" if bound_to else "Bearer",
            "expires_in": issued.expires_in,
            "scope": issued.scope,
        }
        return _answer(200, told)

    async def _proved(self, client: Client, request: Request) -> str | None:
        """Return the key that the token will be bound to: the one that the request proves."""
        proofs = tuple(request.headers.getlist("dpop"))
        if not proofs and not client.dpop_required:
            return None
        shown = dpop.Shown(proofs, request.method, TOKEN)
        try:
            return await dpop.prove(self.database, shown, self.tokens.issuer)
        except dpop.BadProof as error:
            raise OAuthError(error.code, "Send one fresh DPoP proof (RFC 9449).") from None

    async def _revoke(self, client: Client, form: Form, _: Request) -> Response:
        claimed = await self.tokens.read(form.get("token", ""))
        # Whatever it was, it does not count afterwards: that is the answer (RFC 7009 section 2.2).
        if claimed is not None and claimed.client == client.id:
            await self.tokens.revoke(claimed)
        return Response(status_code=200, headers=_NO_STORE)

    async def _introspect(self, client: Client, form: Form, _: Request) -> Response:
        claimed = await self.tokens.read(form.get("token", ""))
        if claimed is None or claimed.client != client.id:
            return _answer(200, {"active": False})
        if await self.guard.session_of(claimed) is None:
            return _answer(200, {"active": False})
        told = {name: value for name, value in claimed.claims.items() if name != "gen"}
        kind = "DPoP" if "cnf" in told else "Bearer"
        return _answer(200, {"active": True, "token_type": kind, **told})

    async def _keys(self, _: Request) -> Response:
        published = await self.tokens.keys.published()
        return JSONResponse(published, headers={"Cache-Control": "max-age=300"})

    async def _metadata(self, _: Request) -> Response:
        issuer = self.tokens.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "token_endpoint": f"{issuer}{TOKEN}",
                "revocation_endpoint": f"{issuer}{REVOKE}",
                "introspection_endpoint": f"{issuer}{INTROSPECT}",
                "jwks_uri": f"{issuer}{KEYS}",
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": [],
                "token_endpoint_auth_methods_supported": [SECRET, ASSERTION],
                "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
                "dpop_signing_alg_values_supported": list(ALGORITHMS),
            }
        )


async def _form(request: Request) -> Form:
    """Return the form of a request; raise OAuthError for anything that is not a small plain one."""
    try:
        return await form_of(request)
    except Invalid as error:
        raise OAuthError("invalid_request", error.message) from None


def _refusal(error: OAuthError) -> Response:
    told = {"error": error.code}
    if error.message:
        told["error_description"] = error.message
    headers = {"WWW-Authenticate": 'Basic realm="token"'} if error.status == 401 else {}  # noqa: PLR2004
    return _answer(error.status, told, headers)


def _answer(status: int, told: Any, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(told, status_code=status, headers={**_NO_STORE, **(headers or {})})
