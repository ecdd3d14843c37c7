"""What rooms tell that pages show, found where it stands: texts that must have a translation.

`SOURCES` are the modules that tell something for people to read; every text in them with more than
one word counts, and whatever stands where a text is expected (`PLACES`). Texts that only programs,
logs or the command line see are `ASIDE`. They are written as `said` writes messages.
"""

import ast
import re
from collections.abc import Iterator

import yaml

from tests.console.said import ROOT, name_of, texts_of

SOURCES = (
    "access/download/ending.py",
    "access/explain/explaining.py",
    "access/explain/scope.py",
    "access/explain/withheld.py",
    "audit/campaign/statement.py::words",
    "audit/compiling.py::rules_of",
    "capture/convert.py",
    "capture/rows.py",
    "capture/transform.py",
    "requirements/gaps.py",
    "shortcomings/handover/dossier.py::dossier",
    "shortcomings/looking/*.py",
    "shortcomings/backups.py",
    "shortcomings/disk.py",
    "shortcomings/functional.py",
    "shortcomings/house.py",
    "shortcomings/impact.py",
    "shortcomings/advising/advice.py",
    "shortcomings/forecasting/forecast.py",
    "shortcomings/held.py",
    "shortcomings/handover/besides.py",
    "shortcomings/handover/following.py",
    "shortcomings/handover/option.py",
    "shortcomings/handover/raising.py",
    "facilities/standing/line.py",
    "facilities/standing/saved.py",
    "facilities/standing/server.py",
    "facilities/standing/status.py",
    "facilities/standing/work.py",
)
PACK = ROOT / "record/register/packs/records.yaml"
"""The rules of audit that come with the product."""
REPOSITORY = ROOT / "facilities/repository/shipped.yaml"
PLACES: dict[str, tuple[int | str, ...]] = {
    "Check": (1, 3, "floor_unit", "risk", "remedy"),
    "Line": (0, 2, 3),
    "Unfit": (0,),
    "Unreadable": (0,),
    "Option": (0, 2, 3, 4),
    "_Effort": (0, 1),
}
"""Where calls have texts, be they of one word: positions, and names."""
ASIDE = frozenset({
    "audit of everything", "capture %(1)s", "jobs %(1)s", "requirement %(1)s", "subscription %(1)s",
    "cannot be asked of records", "cannot be held", "has no index that can be used",
    "there is no backup", "there was no drill yet", "%(1)s cannot be looked at: %(2)s",
    "the server's statistics are of %(1)s days, %(2)s are needed",
    "our snapshots are of %(1)s days, %(2)s are needed", "bytes at most", "days left",
    "as: boolean", "as: date or datetime", "as: monthsBefore", "as: number",
    "as: number or integer",
    "TM Forum Open APIs", "TM Forum hub, CloudEvents", "CSV, NDJSON, JSON, Parquet, XLSX", "",
})  # fmt: skip
"""Objects of findings and figures behind them, and why a check was skipped: pages do not say it.
Keys of mappings, and names of what others made, are the same everywhere."""
_NO_PROSE = ("compile", "get", "wrong", "Conflict", "Invalid", "info", "warning", "exception")
_PROSE = re.compile(r"[a-z]{2,}[,;:.]? (?:.* )?[A-Za-z]|[a-z]{2,} \(?%\(|%\(\d+\)s,? [a-z]+ ?[a-z]")


def told() -> frozenset[str]:
    """Return every text that rooms tell and pages show."""
    found = {*(text for source in SOURCES for text in _of_source(source)), *_shipped()}
    return frozenset(found - ASIDE)


def _of_source(source: str) -> Iterator[str]:
    pattern, _, name = source.partition("::")
    files = sorted(ROOT.glob(pattern))
    assert files, source
    for file in files:
        module = ast.parse(file.read_bytes())
        every = [each for each in module.body if not name or getattr(each, "name", "") == name]
        assert every, source
        yield from _of(ast.Module(every, []))


def _shipped() -> Iterator[str]:
    """Return what files that come with the product tell: rules of audit, our own repository."""
    yield from (rule["name"] for rule in yaml.safe_load(PACK.read_bytes())["rules"])
    (ours,) = yaml.safe_load(REPOSITORY.read_bytes())["repositories"]
    yield from (ours["description"], *ours["owner"].values())
    yield from (each["note"] for each in ours["holds"])
    for each in ours["interfaces"]:
        yield from (each["name"], each.get("standard", ""))
    yield "Ships with the product"


def _of(node: ast.AST) -> Iterator[str]:
    for child in _within(node):
        if isinstance(child, ast.Constant | ast.JoinedStr):
            yield from (text for text in texts_of(child) if _PROSE.search(text))
        if isinstance(child, ast.Call):
            yield from _in_place(child)
        yield from _of(child)


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """Return what is in a node and may be told: no docstring, no key, no call for programs."""
    match node:
        case ast.JoinedStr(values=parts):
            yield from (part for part in parts if isinstance(part, ast.FormattedValue))
        case ast.Dict(values=values):
            yield from values
        case ast.Subscript() | ast.Expr(value=ast.Constant()):
            return
        case ast.Call(func=called) if name_of(called) in _NO_PROSE:
            return
        case _:
            yield from ast.iter_child_nodes(node)


def _in_place(call: ast.Call) -> Iterator[str]:
    for place in PLACES.get(name_of(call.func), ()):
        if isinstance(place, int):
            given = call.args[place : place + 1]
        else:
            given = [each.value for each in call.keywords if each.arg == place]
        for each in given:
            yield from (text for text in texts_of(each) if re.search("[a-z]{2}", text))
