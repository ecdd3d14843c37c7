"""Answers to browsers: pages, their twins, redirects, failures; packed for slow networks."""

import gzip
import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from customer_inventory.access.operation import Operation
from customer_inventory.console.browser import FORM_TOKEN, NOTICE, ONCE, Asked, masked
from customer_inventory.console.listing import Column, as_csv, flat
from customer_inventory.console.page import HEADERS, rendered
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.document import encode
from customer_inventory.web import failure
from customer_inventory.web.exchange import Answer, Scope

ROOMS = {
    "home": mark("Home"),
    "customers": mark("Customers"),
    "requirements": mark("Requirements"),
    "capture": mark("Capture"),
    "access": mark("Access"),
    "audit": mark("Audit"),
    "usage": mark("Usage and cost"),
    "facilities": mark("Facilities"),
    "administration": mark("Administration"),
}
"""The rooms as the navigation names them, in its order."""

HEAD = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
"""Headers of every answer of the console."""
_HTML = ((b"content-type", b"text/html; charset=utf-8"),)
_FOUND, _UNAUTHENTICATED = 303, 401
_SMALL = 1000
"""Below so many bytes packing saves nothing."""
_FLAT = (Column("path", "path"), Column("value", "value"))
_PACKED = (b"text/html", b"application/json", b"text/csv")
_COOKIE = "; Path=/; Secure; HttpOnly; SameSite=lax"


def page_of(view: View, shown: Shown, screens: Sequence[Screen], *, status: int = 200) -> Answer:
    """Return the page of a screen; only a part of it (`?part=`) where its template has that."""
    part = view.query.get("part", "")
    text = _page(view, screens, view.screen.template, shown=shown, part=part)
    told = len(shown.ids)
    answer = _html(text, status)._replace(
        ids=shown.ids, told=told, groups=shown.groups, reason=shown.reason
    )
    return answer.with_headers((_taken_back(),)) if view.notice else answer


def twin(form: str, shown: Shown, view: View) -> Answer:
    """Return the JSON or CSV twin of a screen."""
    if form == "json":
        listed = shown.listing.told() if shown.listing else {}
        body, media = encode({**shown.content, **listed}), b"application/json"
    elif shown.listing:
        body, media = as_csv(shown.listing.columns, shown.listing.rows), b"text/csv; charset=utf-8"
    else:
        pairs = flat(json.loads(encode(shown.content)))
        rows = [{"path": path, "value": value} for path, value in pairs]
        body, media = as_csv(_FLAT, rows), b"text/csv; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", media), *HEAD)
    if shown.listing and shown.listing.after:
        following = view.link(after=shown.listing.after).partition("?")[2]
        headers += ((b"link", f'<{view.here}.{form}?{following}>; rel="next"'.encode()),)
    told = len(shown.ids)
    return Answer(200, body, headers, shown.ids, told, shown.reason, groups=shown.groups)


def file_of(shown: Shown) -> Answer:
    """Return the file of a screen that is one."""
    assert shown.file is not None  # noqa: S101 - the screen says that it is a file
    told = len(shown.ids) or shown.file.told
    answer = shown.file._replace(ids=shown.ids, told=told, groups=shown.groups)
    return answer.with_headers(HEAD)


def refused_in(
    view: View, error: InventoryError, screens: Sequence[Screen], *, typed_again: str = ""
) -> Answer:
    """Return the page that tells whoever works here of a failure.

    `typed_again` is where the form that was refused is opened as it was filled.
    """
    text = _page(
        view, screens, "refused", shown=Shown(), part="", error=error, typed_again=typed_again
    )
    return _failing(_html(text, failure.status_of(error)), error)


def refused(error: InventoryError, asked: Asked) -> Answer:
    """Return the page that tells whoever does not work here (yet) of a failure."""
    text = rendered("refused", asked.language, error=error, view=None, typed_again="")
    return _failing(_html(text, failure.status_of(error)), error)


def leading(location: str, asked: Asked, *, notice: str = "", ids: tuple[str, ...] = ()) -> Answer:
    """Return the answer that leads a browser elsewhere; there it is told a notice."""
    # What was asked for a part of a page cannot show another one in its place.
    if asked.is_part:
        headers: tuple[tuple[bytes, bytes], ...] = ((b"hx-redirect", location.encode()),)
        return Answer(_UNAUTHENTICATED, b"", (*_HTML, *headers, *HEAD))
    headers = ((b"location", location.encode()),)
    if notice:
        cookie = f"{NOTICE}={quote(notice)}; Max-Age=60{_COOKIE}"
        headers += ((b"set-cookie", cookie.encode()),)
    return Answer(_FOUND, b"", (*_HTML, *headers, *HEAD), ids, len(ids))


def packed(answer: Answer, scope: Scope) -> Answer:
    """Return an answer packed by gzip where that is worth it and the browser takes it."""
    media = next((value for name, value in answer.headers if name == b"content-type"), b"")
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    is_worth_it = len(answer.body) > _SMALL and media.startswith(_PACKED)
    if not is_worth_it or b"gzip" not in accepted:
        return answer
    told = ((b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))
    return answer._replace(body=gzip.compress(answer.body, 5)).with_headers(told)


def _page(view: View, screens: Sequence[Screen], template: str, **told: Any) -> str:
    inside = [screen for screen in screens if screen.navigation and screen.is_for(view.session)]
    rooms = sorted(inside, key=lambda screen: list(ROOMS).index(screen.room))
    return rendered(
        template,
        view.language,
        view=view,
        who=view.who,
        menu=[(ROOMS[room], list(own)) for room, own in groupby(rooms, lambda each: each.room)],
        declared={screen.path for screen in screens},
        form_token=masked(view.who.form_token),
        form_token_name=FORM_TOKEN,
        once_name=ONCE,
        may_search=view.may(Operation.READ, None),
        **{"error": view.error, **told},
    )


def _html(text: str, status: int) -> Answer:
    return Answer(status, text.encode(), (*_HTML, *HEAD))


def _failing(answer: Answer, error: InventoryError) -> Answer:
    kept = failure.answer(error).headers
    return answer.with_headers(tuple(pair for pair in kept if pair[0] != b"www-authenticate"))


def _taken_back() -> tuple[bytes, bytes]:
    return b"set-cookie", f"{NOTICE}=; Max-Age=0{_COOKIE}".encode()
