"""Pages: templates rendered on the server, under a strict Content-Security-Policy."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

STYLE = "/console.css"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    # Not `no-referrer`: browsers then hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_SEE_OTHER = 303

_templates = Environment(
    loader=PackageLoader("customer_inventory.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, **told: Any) -> Response:
    """Return the page of a template, with what it tells."""
    text = _templates.get_template(f"{template}.html").render(style=STYLE, **told)
    return HTMLResponse(text, status_code=status, headers=dict(HEADERS))


def leading(path: str) -> Response:
    """Return the answer that leads a browser elsewhere, with a GET."""
    return RedirectResponse(path, status_code=_SEE_OTHER, headers=dict(HEADERS))


def style_route() -> Route:
    """Return the route of the style sheet."""
    text = resources.files("customer_inventory.console").joinpath("static/console.css").read_bytes()

    async def style(_: Request) -> Response:
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(text, media_type="text/css", headers=headers)

    return Route(STYLE, style)
