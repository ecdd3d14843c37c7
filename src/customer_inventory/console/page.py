"""Pages: templates rendered on the server, under a strict Content-Security-Policy."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from customer_inventory.console import table, written
from customer_inventory.console.words import LANGUAGES, words_of

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    # Not `no-referrer`: browsers then hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_SEE_OTHER = 303
_STATIC = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "vendor/htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""Files that pages ask for, and what each is; what a build could not bring is left out."""


def page(template: str, status: int = 200, *, language: str, **told: Any) -> Response:
    """Return the page of a template, with what it tells."""
    text = rendered(template, language, **told)
    return HTMLResponse(text, status_code=status, headers=dict(HEADERS))


def rendered(template: str, language: str, **told: Any) -> str:
    """Return the HTML of a template in a language."""
    return _environment(language).get_template(f"{template}.html").render(**told)


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=PackageLoader("customer_inventory.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    words = words_of(language)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {
        "language": language,
        "languages": LANGUAGES,
        "static": _addresses(),
    }
    made.filters |= {**written.filters(language), **table.filters(language)}
    return made


def leading(path: str) -> Response:
    """Return the answer that leads a browser elsewhere, with a GET."""
    return RedirectResponse(path, status_code=_SEE_OTHER, headers=dict(HEADERS))


def static_routes() -> list[Route]:
    """Return the routes of the files that pages ask for."""
    return [_static_route(name, media) for name, media in _STATIC.items() if _read(name)]


@cache
def _addresses() -> Mapping[str, str]:
    """Return the addresses of the files that pages ask for, by name without ending.

    Each names the version of its content, and is good for ever.
    """
    found = {}
    for name in _STATIC:
        if content := _read(name):
            short = name.rpartition("/")[2].replace(".", "_")
            found[short] = f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
    return found


@cache
def _read(name: str) -> bytes:
    file = resources.files("customer_inventory.console").joinpath("static", name)
    return file.read_bytes() if file.is_file() else b""


def _static_route(name: str, media: str) -> Route:
    content = _read(name)
    packed = gzip.compress(content, 9, mtime=0)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
        "Content-Type": media,
    }

    async def answer(request: Request) -> Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"})
        return Response(content, headers=headers)

    return Route(f"/static/{name}", answer)
