"""Pages of the reference that are made from the code, each time the site is built.

Nothing of them is written down twice: what a page lists is what the code declares. `PAGES` are the
pages by their place in the documentation, `files` what lies beside them for programs.
"""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from customer_inventory.cli.failing import exit_code
from customer_inventory.cli.root import cinv
from customer_inventory.described import openapi_document, postman
from customer_inventory.kit import errors
from customer_inventory.kit.settings import Settings
from customer_inventory.record.event.announcing import BULLETINS
from customer_inventory.record.event.envelope import BEYOND, KINDS, event_type
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.starter.shipped import shipped
from customer_inventory.web.failure import STATUS, status_of

SOURCE = Path(inspect.getfile(errors)).parents[1]
_MADE = "This page is made from the code when the site is built.\n"
_FAMILIES = {"CounterMetricFamily": "counter", "HistogramMetricFamily": "histogram"}


class Metric(NamedTuple):
    """A figure for monitoring: what it is called and what it says."""

    name: str
    kind: str
    says: str


class Code(NamedTuple):
    """A code of failures: the statuses that it is answered with, and when it arises."""

    code: str
    status: tuple[int, ...]
    exit: tuple[int, ...]
    when: str


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    """Return every command below `group`, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        elif command is not None:
            yield " ".join(("cinv", *before, name)), command


@cache
def metrics() -> list[Metric]:
    """Return every figure of ours, as the code that makes it says."""
    found = {}
    for node in _nodes():
        if isinstance(node, ast.Call):
            values, maker = node.args, ast.unparse(node.func)
        elif isinstance(node, ast.Tuple):
            values, maker = node.elts, "CounterMetricFamily"
        else:
            continue
        name, said = [*(each.value for each in values[:2] if isinstance(each, ast.Constant)), 0, 0][
            :2
        ]
        if isinstance(name, str) and isinstance(said, str) and re.fullmatch(r"cinv_[a-z_]+", name):
            kind = _FAMILIES.get(maker, "gauge")
            found[name] = Metric(f"{name}_total" if kind == "counter" else name, kind, said)
    return sorted(found.values())


@cache
def error_codes() -> list[Code]:
    """Return every code that a failure is told with, as classes and calls give it."""
    kinds, found = _kinds(), {}
    for node in _nodes():
        if isinstance(node, ast.ClassDef) and node.name in kinds and node.name != "InventoryError":
            code, says = _own_code(node), ast.get_docstring(node) or ""
            if code:
                found.setdefault(code, []).append((kinds[node.name], says.partition("\n")[0]))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in kinds:
            code = _text({each.arg: each.value for each in node.keywords}.get("code"))
            if code:
                kind = kinds[ast.unparse(node.func)]
                found.setdefault(code, []).append((kind, _said(node)))
    return [
        _code(code, each) for code, each in sorted(found.items(), key=lambda one: one[0].lower())
    ]


@cache
def _nodes() -> list[ast.AST]:
    """Return what may say something of all the code, that of `kit` first: its words are general."""
    kept = (ast.ClassDef, ast.Call, ast.Tuple, ast.Assign)
    files = sorted(SOURCE.rglob("*.py"), key=lambda each: ("kit" not in each.parts, each))
    trees = [ast.parse(path.read_text("utf-8")) for path in files]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, kept)]


def _kinds() -> dict[str, type[errors.InventoryError]]:
    """Return which of the kinds of failure each class of failures is of, by its name."""
    kinds = {
        name: each
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, errors.InventoryError)
    }
    kinds |= {kind.__name__: kind for kind in STATUS}
    classes = [node for node in _nodes() if isinstance(node, ast.ClassDef)]
    while new := {
        node.name: kinds[base]
        for node in classes
        for base in map(ast.unparse, node.bases)
        if base in kinds and node.name not in kinds
    }:
        kinds |= new
    return kinds


def _own_code(node: ast.ClassDef) -> str:
    for each in node.body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "code":
            return _text(each.value)
    return ""


def _text(node: ast.expr | None) -> str:
    """Return the text that is written somewhere, or that a name in capitals stands for."""
    if isinstance(node, ast.Name):
        return _constants().get(node.id, "")
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@cache
def _constants() -> Mapping[str, str]:
    found = {}
    for node in _nodes():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
            several = isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)
            names = node.targets[0].elts if several else [node.targets[0]]
            values = node.value.elts if several else [node.value]
            for name, value in zip(names, values, strict=False):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[ast.unparse(name)] = value.value
    return found


def _said(node: ast.Call) -> str:
    """Return what a failure says, where that is written there."""
    if not node.args or not isinstance(node.args[0], ast.Constant | ast.JoinedStr):
        return ""
    text = ast.unparse(node.args[0]).removeprefix("f").strip("'\"")
    return re.sub(r"\{[^}]*\}", "…", text)


def _code(code: str, found: list[tuple[type[errors.InventoryError], str]]) -> Code:
    kinds = {kind for kind, _ in found}
    made = [_made(kind, code) for kind in kinds]
    statuses, exits = set(map(status_of, made)), set(map(exit_code, made))
    says = [says for _, says in found if says]
    return Code(code, tuple(sorted(statuses)), tuple(sorted(exits)), says[0] if says else "")


def _made(kind: type[errors.InventoryError], code: str) -> errors.InventoryError:
    error = kind.__new__(kind)
    error.code = code
    return error


def _cell(text: object) -> str:
    return " ".join(str(text).replace("|", "\\|").replace("<", "&lt;").split())


def _table(head: str, rows: Iterator[tuple[object, ...]]) -> str:
    rule = "|---" * head.count("|") + "|"
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join((f"| {head}", rule, *lines, ""))


def _commands() -> str:
    parts = ["# Commands in full", _MADE + "\nWhat `--help` says. [In short](cli.md).\n"]
    for words, command in sorted(commands(cinv), key=lambda each: each[0]):
        context = click.Context(command, info_name=words, **cinv.context_settings)
        said = command.get_help(context)
        parts.append(f"## {words}\n\n```text\n{said}\n```\n")
    return "\n".join(parts)


def _metrics() -> str:
    rows = ((f"`{name}`", kind, says) for name, kind, says in metrics())
    about = "Figures of `GET /inventory/v1/metrics`. [How to monitor](../how-to/monitor.md).\n"
    return "\n".join(("# Metrics", _MADE, about, _table("name | kind | what it is |", rows)))


def _requirements() -> str:
    parts = [
        "# Requirements that ship",
        _MADE
        + "\nThe starter register: what is required of each record type. What the documents of the"
        " TM Forum demand is in force from the beginning; the rest waits for you"
        " ([how to](../how-to/requirements.md)).\n",
    ]
    by_type: dict[str, list[Any]] = {}
    for each in shipped():
        by_type.setdefault(each.type, []).append(each)
    for name, those in by_type.items():
        rows = (
            (each.id, f"`{each.path}`", each.obligation, each.classification or "", each.definition)
            for each in those
        )
        head = "id | attribute | obligation | classification | what it is |"
        parts.append(f"## {name}\n\n{_table(head, rows)}")
    return "\n".join(parts)


def _codes() -> str:
    rows = (
        (f"`{each.code}`", *(", ".join(map(str, those)) for those in each[1:3]), each.when)
        for each in error_codes()
    )
    about = "What `code` of an [error](errors.md) may be, with its HTTP status and exit code.\n"
    head = "code | status | exit code | when |"
    return "\n".join(("# Error codes", _MADE, about, _table(head, rows)))


def event_types() -> dict[str, list[str]]:
    """Return the event types of each record type, and of what is told of and is no record."""
    told = {
        name: [event_type(each, kind) for kind in (*KINDS, *BEYOND)] for name, each in TYPES.items()
    }
    states = ("create", "stateChange")
    return told | {
        name: [event_type(each, kind) for kind in states] for name, each in BULLETINS.items()
    }


def _events() -> str:
    rows = (
        (f"`{name}`", ", ".join(f"`{each}`" for each in those))
        for name, those in event_types().items()
    )
    about = "What `eventType` of an [event](events.md) may be.\n"
    return "\n".join(("# Event types", _MADE, about, _table("of | event types |", rows)))


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": _commands,
    "reference/metrics.md": _metrics,
    "reference/requirements.md": _requirements,
    "reference/error-codes.md": _codes,
    "reference/event-types.md": _events,
}


def _openapi() -> str:
    return json.dumps(openapi_document("", Settings(home=Path()).max_page), indent=1)


def _postman() -> str:
    return json.dumps(postman(openapi_document("", Settings(home=Path()).max_page)), indent=1)


FILES: Mapping[str, Callable[[], str]] = {
    "reference/openapi.json": _openapi,
    "reference/postman.json": _postman,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put the pages and files that are made beside those that are written."""
    for place, make in (*PAGES.items(), *FILES.items()):
        files.append(File.generated(config, place, content=make()))
    return files
