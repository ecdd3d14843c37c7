"""What comes from a browser: its session, its forms, and proof that our own page sent them."""

import functools
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from customer_inventory.access.person import session
from customer_inventory.access.person.session import SignedIn
from customer_inventory.console.page import leading, page
from customer_inventory.kit.errors import InventoryError, Refused
from customer_inventory.store.database import Database
from customer_inventory.web.failure import status_of
from customer_inventory.web.form import form_of

log = logging.getLogger(__name__)

SESSION = "__Host-cinv-session"
SIGN_IN = "/sign-in"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field

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
            if not session.fits(who, form.get(FORM_TOKEN, "")):
                raise NotOurForm
            return await handler(request, who, form)

        return explained(handle)

    def check_origin(self, request: Request) -> None:
        """Raise NotOurForm unless the browser says that a page of ours sent the request."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            if site != "same-origin":
                raise NotOurForm
            return
        ours, told = urlsplit(self.public_url), request.headers.get("origin", "")
        if told != f"{ours.scheme}://{ours.netloc}":
            raise NotOurForm


def explained(handler: Handler) -> Handler:
    """Return the handler that shows a page for what `handler` refuses."""

    @functools.wraps(handler)
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except InventoryError as error:
            return page("refused", status_of(error), error=error)
        except Exception:
            log.exception("a page failed for a reason that nobody foresaw")
            told = InventoryError("The page failed here.", hint="It is in the log.")
            return page("refused", 500, error=told)

    return handle


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
