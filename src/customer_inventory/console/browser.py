"""What comes from a browser: its session, its forms, and proof that our own page sent them."""

import functools
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Self
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from customer_inventory.access.person import session
from customer_inventory.access.person.session import SignedIn
from customer_inventory.console.page import leading, page
from customer_inventory.console.words import COOKIE, language_of
from customer_inventory.kit.errors import InventoryError, Refused
from customer_inventory.store.database import Database
from customer_inventory.web.exchange import Scope
from customer_inventory.web.failure import status_of
from customer_inventory.web.form import form_of

log = logging.getLogger(__name__)

SESSION = "__Host-cinv-session"
NOTICE = "__Host-cinv-notice"
SIGN_IN = "/sign-in"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
ONCE = "form_once"

Form = Mapping[str, str]
Handler = Callable[[Request], Awaitable[Response]]
Own = Callable[[Request, SignedIn], Awaitable[Response]]
Sent = Callable[[Request, SignedIn, Form], Awaitable[Response]]


class NotOurForm(Refused):
    """The form was not sent from a page of ours, or of another session."""

    code = "notOurForm"

    def __init__(self) -> None:
        super().__init__("The form was not sent from this page.", hint="Open the page again.")


@dataclass(frozen=True)
class Asked:
    """How a browser asks: its cookies and headers, as far as they matter.

    `is_part` tells that a script asks for a part of a page.
    """

    session: str
    language: str
    notice: str
    query: str
    media: str
    source: str | None
    is_part: bool
    headers: Mapping[str, str]

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Return how the browser of an HTTP request asks."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        cookies = _cookies(headers.get("cookie", ""))
        return cls(
            cookies.get(SESSION, ""),
            language_of(cookies.get(COOKIE, ""), headers.get("accept-language", "")),
            unquote(cookies.get(NOTICE, "")),
            scope["query_string"].decode("latin-1"),
            headers.get("content-type", ""),
            scope["client"][0] if scope.get("client") else None,
            "hx-request" in headers,
            headers,
        )


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


@dataclass(frozen=True)
class Browser:
    """Reads what browsers send to the service that callers reach at `public_url`."""

    database: Database
    public_url: str

    async def signed_in(self, request: Request) -> SignedIn | None:
        """Return who is signed in; None where nobody is."""
        return await session.find(self.database, request.cookies.get(SESSION, ""))

    def shown(self, handler: Own) -> Handler:
        """Return the handler of a page for who is signed in; others are led to sign in."""

        async def handle(request: Request) -> Response:
            who = await self.signed_in(request)
            return leading(SIGN_IN) if who is None else await handler(request, who)

        return explained(handle)

    def sent(self, handler: Sent) -> Handler:
        """Return the handler of a form for who is signed in: of our page, of their session."""

        async def handle(request: Request) -> Response:
            self.check_origin(request)
            who = await self.signed_in(request)
            if who is None:
                return leading(SIGN_IN)
            form = await form_of(request)
            self.check_token(who, form.get(FORM_TOKEN, ""))
            return await handler(request, who, form)

        return explained(handle)

    def check_token(self, who: SignedIn, token: str) -> None:
        """Raise NotOurForm unless a form carries the token of the session."""
        if not session.fits(who, _unmasked(token)):
            raise NotOurForm

    def check_origin(self, request: Request) -> None:
        """Raise NotOurForm unless the browser says that a page of ours sent the request."""
        self.check_sender(request.headers)

    def check_sender(self, headers: Mapping[str, str]) -> None:
        """Raise NotOurForm unless headers (lower case) say that a page of ours sent a request."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            if site != "same-origin":
                raise NotOurForm
            return
        ours, told = urlsplit(self.public_url), headers.get("origin", "")
        if told != f"{ours.scheme}://{ours.netloc}":
            raise NotOurForm


def masked(token: str) -> str:
    """Return the token of forms in another guise each time: pages are packed, and it is a secret.

    What is the same in every answer could be guessed from their lengths (BREACH).
    """
    mask = secrets.token_bytes(32)
    return mask.hex() + bytes(a ^ b for a, b in zip(mask, bytes.fromhex(token), strict=True)).hex()


def _unmasked(text: str) -> str:
    try:
        whole = bytes.fromhex(text)
    except ValueError:
        return ""
    if len(whole) != 64:  # noqa: PLR2004 - a mask and what is behind it
        return ""
    return bytes(a ^ b for a, b in zip(whole[:32], whole[32:], strict=True)).hex()


def language(request: Request) -> str:
    """Return the language of a browser."""
    accepted = request.headers.get("accept-language", "")
    return language_of(request.cookies.get(COOKIE, ""), accepted)


def explained(handler: Handler) -> Handler:
    """Return the handler that shows a page for what `handler` refuses."""

    @functools.wraps(handler)
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except InventoryError as error:
            return _refused(request, error, status_of(error))
        except Exception:
            log.exception("a page failed for a reason that nobody foresaw")
            told = InventoryError("The page failed here.", hint="It is in the log.")
            return _refused(request, told, 500)

    return handle


def _refused(request: Request, error: InventoryError, status: int) -> Response:
    return page(
        "refused", status, language=language(request), error=error, view=None, typed_again=""
    )


def source_of(request: Request) -> str | None:
    """Return the address that a request came from."""
    return request.client.host if request.client else None


def keep(answer: Response, name: str, value: str, *, seconds: int | None = None) -> Response:
    """Give the browser a cookie that only we get back."""
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )
    return answer


def drop(answer: Response, name: str) -> Response:
    """Take a cookie back."""
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return answer
