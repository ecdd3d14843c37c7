"""Every route of the console."""

from starlette.routing import Route

from customer_inventory.access.ledger import Ledger
from customer_inventory.access.oauth.key_set import KeySets
from customer_inventory.access.person.code_flow import CodeFlow
from customer_inventory.access.person.sign_in import SignIn
from customer_inventory.access.stranger import Strangers
from customer_inventory.console.account import AccountPages
from customer_inventory.console.browser import Browser
from customer_inventory.console.page import style_route
from customer_inventory.console.sign_in import RETURN, SignInPages
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed
from customer_inventory.store.safe import Safe


def console_routes(
    database: Database,
    safe: Safe,
    ledger: Ledger,
    *,
    strangers: Strangers,
    key_sets: KeySets,
    allowed: Allowed,
    public_url: str,
) -> list[Route]:
    """Return the routes of all pages of the console that browsers reach at `public_url`."""
    browser = Browser(database, public_url)
    signing_in = SignIn(database, safe, ledger, strangers)
    flow = CodeFlow(database, safe, key_sets, allowed, f"{public_url}{RETURN}")
    return [
        *SignInPages(database, safe, browser, signing_in, flow).routes(),
        *AccountPages(database, browser, signing_in).routes(),
        style_route(),
    ]
