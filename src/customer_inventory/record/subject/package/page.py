"""The page of a package that people read: no script, nothing from elsewhere, one file."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Any

from customer_inventory.kit.clock import parse_instant
from customer_inventory.record.declare import Document
from customer_inventory.record.document import MANAGED
from customer_inventory.record.subject.package.file import Subject, Table
from customer_inventory.record.subject.package.records import Reading, date
from customer_inventory.record.types import TYPES

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
_HIDDEN = ("@type", "@baseType", "@schemaLocation", "@referredType", "href")

INTRODUCTION = (
    "This is what is held about you, as it was when this package was made. The folder records has"
    " the same in the form in which it can be taken to another provider, history every earlier"
    " version of it, manifest.json a checksum of each file. Other people are named by their ids"
    " alone, since their data is theirs."
)


def words(name: str) -> str:
    """Return the name of an attribute or a type as people say it: `givenName` is Given name."""
    said = _WORDS.sub(" ", name.removeprefix("@")).lower()
    return said[:1].upper() + said[1:]


async def page(
    subject: Subject,
    records: AsyncIterator[Reading],
    tables: Sequence[Table],
    withheld: Mapping[str, str],
) -> AsyncIterator[bytes]:
    """Yield the page: contents, records by type, what else was handed over, what was not."""
    kinds = dict.fromkeys(sorted(subject.ids.values()), 0)
    for kind in subject.ids.values():
        kinds[kind] += 1
    yield _head(subject, kinds, tables).encode()
    last = None
    async for reading in records:
        kind = reading.declared.name
        if kind != last:
            last = kind
            title = f"{words(kind)} ({kinds[kind]})"
            yield _section(kind, title, TYPES[kind].description).encode()
        yield _record(reading, subject).encode()
    for number, table in enumerate(tables):
        yield _section(f"table-{number}", table.title, table.about).encode()
        yield _table(table).encode()
    yield _section("withheld", "What is not in this package", "").encode()
    items = "".join(f"<li>{escape(words(n))}: {escape(why)}" for n, why in withheld.items())
    yield f"<ul>{items}</ul>\n</main>\n</html>\n".encode()


def _head(subject: Subject, kinds: Mapping[str, int], tables: Sequence[Table]) -> str:
    css = files("customer_inventory.record.subject.package").joinpath("page.css").read_text("utf-8")
    places = [(kind, f"{words(kind)} ({count})") for kind, count in kinds.items()]
    places += [(f"table-{number}", table.title) for number, table in enumerate(tables)]
    places.append(("withheld", "What is not in this package"))
    links = "".join(f'<li><a href="#{place}">{escape(title)}</a>' for place, title in places)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">\n"
        f"<title>What is held about you</title>\n<style>\n{css}</style>\n<main>\n"
        f"<h1>What is held about you</h1>\n<p>{escape(INTRODUCTION)}</p>\n"
        f'<p class="dim">Subject {escape(subject.id)}</p>\n'
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n'
    )


def _section(place: str, title: str, about: str) -> str:
    said = f"<p>{escape(about)}</p>\n" if about else ""
    return f'<h2 id="{place}">{escape(title)}</h2>\n{said}'


def _record(reading: Reading, subject: Subject) -> str:
    name = (reading.document or {}).get("name")
    title = f"{name}, {reading.id}" if isinstance(name, str) else reading.id
    joint = "" if reading.id in subject.own else "<p>Held together with others.</p>\n"
    head = f"<h3>{escape(title)}</h3>\n{joint}"
    if reading.document is None:
        return f"{head}<p>No longer shown as a record of its own. Its past is in history.</p>\n"
    rows = _rows(reading.document)
    given = {each.attribute: each.given.by for each in reading.provenance}
    body = []
    for attribute, group in groupby(rows, key=lambda row: row[0]):
        by = given.get(attribute)
        lines = list(group)
        span = f' rowspan="{len(lines)}"' if len(lines) > 1 else ""
        source = (
            f"<td{span}>{escape(by.process)}<td{span}>{date(by.recorded_from)}"
            if by
            else f"<td{span}><td{span}>"
        )
        for number, (_, label, value) in enumerate(lines):
            cells = f'<tr><th scope="row">{escape(label)}<td>{escape(value)}'
            body.append(cells + (source if number == 0 else ""))
    return head + _framed(title, ("What", "Value", "From", "Since"), body)


def _table(table: Table) -> str:
    if not table.rows:
        return f"<p>{escape(table.empty)}</p>\n"
    body = ["<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in table.rows]
    return _framed(table.title, table.columns, body)


def _framed(title: str, columns: Iterable[str], body: Iterable[str]) -> str:
    """Return a table; too wide a one is scrolled by itself, from the keyboard too."""
    head = "".join(f'<th scope="col">{escape(column)}' for column in columns)
    label = escape(title, quote=True)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{head}<tbody>{''.join(body)}</table></div>\n"
    )


def _rows(document: Document) -> list[tuple[str, str, str]]:
    """Return attribute, label and value of everything in `document`."""
    return [
        (name, label, value)
        for name, node in document.items()
        if name not in MANAGED
        for label, value in _flat(words(name), node)
    ]


def _flat(label: str, node: Any) -> list[tuple[str, str]]:
    if isinstance(node, dict):
        return [
            line
            for name, part in node.items()
            if name not in _HIDDEN
            for line in _flat(f"{label}: {words(name).lower()}", part)
        ]
    if isinstance(node, list):
        numbered = len(node) > 1
        return [
            line
            for number, item in enumerate(node, 1)
            for line in _flat(f"{label} {number}" if numbered else label, item)
        ]
    return [(label, _said(node))]


def _said(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _TIME.match(value):
        instant = parse_instant(value)
        return date(instant) if instant else value
    return str(value)
