"""A desk outside: a service of TMF621 or TMF656 that shortcomings are handed over to.

Its address is checked whenever it is called, as every address outside is. Who we are is told by a
bearer token that lies in a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

from customer_inventory.kit.errors import Invalid, InventoryError, Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode, parse
from customer_inventory.shortcomings.handover.document import is_about
from customer_inventory.store.fetch import Reply, call
from customer_inventory.store.outward import Allowed, Resolve, resolve

Resource = Literal["troubleTicket", "serviceProblem"]

_MOST = 4_194_304
_SECONDS = 15.0
_OK, _NOT_FOUND = range(200, 300), 404
_MERGE = "application/merge-patch+json"
_JSON = "application/json"


class NotAnswered(Unavailable):
    """A desk outside did not do what it was asked; `status` is its answer, None without one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class RemoteDesk:
    """A desk outside: the base address of its API, the file of its token."""

    url: str
    token: Path | None
    allowed: Allowed
    resource: Resource = "troubleTicket"
    resolving: Resolve = resolve

    async def find(self, fingerprint: str, undone: tuple[str, ...]) -> dict[str, Any] | None:
        """Return what is kept there about a shortcoming and is in a status of `undone`, if any."""
        query = urlencode({"externalIdentifier.id": fingerprint})
        found = _read(await self._asked("GET", f"?{query}"))
        if not isinstance(found, list):
            raise NotAnswered("The desk answered no list.")
        # A desk that does not know the filter answers with everything.
        for each in found:
            if is_about(each, fingerprint) and each.get("status", "acknowledged") in undone:
                return dict(each)
        return None

    async def create(self, document: Mapping[str, Any], once: str) -> dict[str, Any]:
        """Have something kept there, and return it; `once` names the request, for who knows it."""
        headers = {"idempotency-key": once}
        return _object(await self._asked("POST", "", document, headers=headers))

    async def get(self, called: str) -> dict[str, Any] | None:
        """Return what is called so there, None if there is nothing."""
        reply = await self._asked("GET", f"/{quote(called, safe='')}", may_be=(_NOT_FOUND,))
        return None if reply.status == _NOT_FOUND else _object(reply)

    async def change(self, called: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is called so there, and return it as it is then."""
        headers = {"content-type": _MERGE}
        reply = await self._asked("PATCH", f"/{quote(called, safe='')}", changes, headers=headers)
        return _object(reply)

    async def _asked(
        self,
        method: str,
        place: str,
        document: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        may_be: tuple[int, ...] = (),
    ) -> Reply:
        sent = {"content-type": _JSON, **self._authorization(), **(headers or {})}
        url = f"{self.url.rstrip('/')}/{self.resource}{place}"
        try:
            reply = await call(
                method, url, self.allowed, body=None if document is None else encode(document),
                headers=sent, most=_MOST, seconds=_SECONDS, resolving=self.resolving,
            )  # fmt: skip
        except InventoryError as error:
            raise NotAnswered(error.message) from None
        if reply.status not in _OK and reply.status not in may_be:
            raise NotAnswered(f"The desk answered {reply.status}.", reply.status)
        return reply

    def _authorization(self) -> dict[str, str]:
        return {} if self.token is None else {"authorization": f"Bearer {token_in(self.token)}"}


def desk_of(settings: Settings) -> RemoteDesk | None:
    """Return the desk outside that tickets go to, None where there is none."""
    if settings.ticket_url is None:
        return None
    allowed = Allowed.parse(settings.callback_allow)
    return RemoteDesk(settings.ticket_url, settings.ticket_token, allowed)


def problem_desk_of(settings: Settings) -> RemoteDesk | None:
    """Return the desk outside that problems of the service go to, None where there is none."""
    if settings.problem_url is None:
        return None
    allowed = Allowed.parse(settings.callback_allow)
    return RemoteDesk(settings.problem_url, settings.problem_token, allowed, "serviceProblem")


def token_in(file: Path) -> str:
    """Return the token that a file holds; raise Unavailable where it holds none."""
    try:
        token = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"The token in {file} cannot be read: {error}.") from None
    if not token or not token.isprintable() or " " in token:
        raise Unavailable(f"{file} holds no token.", hint="One line, the token alone.")
    return token


def _read(reply: Reply) -> Any:
    try:
        return parse(reply.body)
    except Invalid:
        raise NotAnswered("The desk answered no JSON.") from None


def _object(reply: Reply) -> dict[str, Any]:
    found = _read(reply)
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        raise NotAnswered("The desk answered nothing with an id.")
    return found
