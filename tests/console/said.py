"""What rooms say is wrong, found where they say it: the messages and hints of their errors.

Each is written with `%(1)s`, `%(2)s` … where values stand, as `console/messages.py` knows it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import customer_inventory

ROOT = Path(customer_inventory.__file__).parent


def messages(room: str = "") -> frozenset[str]:
    """Return every message and hint that rooms have, or one room."""
    trees, errors = _parsed()
    own = [tree for file, tree in trees.items() if file.is_relative_to(ROOT / room)]
    return frozenset(text for tree in own for text in _of(tree, errors, within=""))


@cache
def _parsed() -> tuple[dict[Path, ast.Module], set[str]]:
    trees = {file: ast.parse(file.read_bytes()) for file in sorted(ROOT.rglob("*.py"))}
    return trees, _errors(list(trees.values()))


def _errors(trees: list[ast.Module]) -> set[str]:
    """Return the names of all classes of errors, and what else bears a message."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"InventoryError"}
    while more := {name for name, own in bases.items() if own & known} - known:
        known |= more
    return known


def _of(node: ast.AST, errors: set[str], within: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.ClassDef) else within
        if isinstance(child, ast.Call):
            name = name_of(child.func)
            if name in errors or (name == "__init__" and within in errors):
                yield from _said(child)
            elif name == "Problem":
                yield from (text for each in child.args[1:2] for text in texts_of(each))
        if isinstance(child, ast.AnnAssign) and name_of(child.target) == "_MESSAGES":
            bodies = [each.body for each in ast.walk(child) if isinstance(each, ast.Lambda)]
            yield from (text for body in bodies for text in texts_of(body))
        yield from _of(child, errors, inside)


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _said(call: ast.Call) -> Iterator[str]:
    hints = [each.value for each in call.keywords if each.arg == "hint"]
    for each in (*call.args[:1], *hints):
        yield from texts_of(each)


def texts_of(node: ast.expr) -> list[str]:
    """Return the texts that an expression may be, values in their places; none for others."""
    match node:
        case ast.Constant(value=str() as text):
            return [text.replace("%", "%%")] if text else []
        case ast.JoinedStr(values=parts):
            return [_shape(parts)]
        case ast.IfExp(body=one, orelse=other):
            return [*texts_of(one), *texts_of(other)]
    return []


def _shape(parts: list[ast.expr]) -> str:
    told, number = "", 0
    for part in parts:
        if isinstance(part, ast.Constant):
            told += str(part.value).replace("%", "%%")
        else:
            number += 1
            told += f"%({number})s"
    return told
