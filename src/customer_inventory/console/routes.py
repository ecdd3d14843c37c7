"""Routes of the console beside its screens."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from customer_inventory.access.ledger import Ledger
from customer_inventory.access.oauth.key_set import KeySets
from customer_inventory.access.person.code_flow import CodeFlow
from customer_inventory.access.person.sign_in import SignIn
from customer_inventory.access.stranger import Strangers
from customer_inventory.console.account import AccountPages
from customer_inventory.console.browser import Browser, language
from customer_inventory.console.keys import KeyPages
from customer_inventory.console.page import page, static_routes
from customer_inventory.console.sign_in import RETURN, SignInPages
from customer_inventory.console.work import WorkPages
from customer_inventory.kit.errors import NotFound
from customer_inventory.store.outward import Allowed
from customer_inventory.store.safe import Safe
from customer_inventory.web import health


def console_routes(
    browser: Browser,
    safe: Safe,
    ledger: Ledger,
    *,
    strangers: Strangers,
    key_sets: KeySets,
    allowed: Allowed,
) -> list[Route]:
    """Return the routes of the pages that ask for no work: to sign in, one's account, files."""
    database = browser.database
    signing_in = SignIn(database, safe, ledger, strangers)
    flow = CodeFlow(database, safe, key_sets, allowed, f"{browser.public_url}{RETURN}")
    return [
        *SignInPages(database, safe, browser, signing_in, flow).routes(),
        *AccountPages(database, browser, signing_in).routes(),
        *WorkPages(browser).routes(),
        *KeyPages(browser).routes(),
        *static_routes(),
    ]


async def unserved(request: Request, error: Exception) -> Response:
    """Tell a browser on a page that nothing is served there; all others in the shape of errors."""
    if "text/html" not in request.headers.get("accept", ""):
        return await health.unserved(request, error)
    told = NotFound("There is no such page.", hint="What you look for may have another address.")
    return page("refused", 404, language=language(request), error=told, view=None, typed_again="")
