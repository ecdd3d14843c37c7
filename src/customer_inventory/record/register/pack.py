"""Packs of rules: what no requirement on one attribute can say, declared in a file.

A file has the name of the `pack`, what it is `about`, and `rules`, each with the type of record
that fails it, `when` it is asked and what `fails` (conditions, see `crossing_file`), how severe
that is, its dimension of quality, what it means and what to do; if wanted, its aspect, the share
that must pass and whose it is. `words` are lists of words to refer to by YAML anchors, so that an
installation says in one place what it calls active.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError, Value, nearest, parse
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.crossed import test_of
from customer_inventory.record.register.crossing import Crossed, Joined
from customer_inventory.record.register.crossing_file import check_attribute, read
from customer_inventory.record.register.judged import Test
from customer_inventory.record.types import TYPES

Severity = Literal["high", "medium", "low"]
Dimension = Literal[
    "completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy"
]
Aspect = Literal["syntactic", "semantic", "pragmatic"]
"""The aspects of ISO 8000-8: form, meaning, fitness for use."""
RECORDS = "records"
"""The pack that every audit asks."""
_LONGEST = 1_048_576
_ID = re.compile(r"[A-Z][A-Z0-9]{0,9}-[0-9]{1,4}")
_NEEDED = ("id", "name", "type", "severity", "dimension", "fails", "means", "do")
_OPTIONAL = ("path", "when", "aspect", "threshold", "owner")


@dataclass(frozen=True)
class Rule:
    """A rule of a pack: records of a type fail it for which `fails` holds.

    `path` is the attribute to look at, `means` what it means when one fails, `do` what to do then,
    `threshold` the share that must pass, None where none is declared.
    """

    id: str
    name: str
    declared: RecordType
    path: str
    severity: Severity
    dimension: Dimension
    aspect: Aspect
    threshold: float | None
    owner: str | None
    means: str
    do: str
    fails: Crossed

    @property
    def record_type(self) -> str:
        """The name of the type of the records that it is asked of."""
        return self.declared.name

    @cached_property
    def test(self) -> Test:
        """What it asks of records, as SQL."""
        return test_of(self.fails, self.declared)


@dataclass(frozen=True)
class Pack:
    """Rules that belong together."""

    name: str
    about: str
    rules: tuple[Rule, ...]


def builtin() -> list[str]:
    """Return the names of the packs that come with the product."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def read_pack(name: str) -> Pack:
    """Return the pack of that name that comes with the product, or the one in a file of that path.

    Raises Invalid when there is neither, or when it is wrong: it says in which file and line.
    """
    try:
        return parse_pack(text_of(name))
    except FileError as error:
        raise Invalid(f"{name}: {error.message}", path=error.path, hint=error.hint) from None


def text_of(name: str) -> str:
    """Return the text of the pack of that name, or of the file of that path; raise Invalid."""
    path = _folder() / f"{name}.yaml" if name in builtin() else Path(name)
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        if len(raw) > _LONGEST:
            raise Invalid(f"The pack {name} is larger than a pack can be (1 MiB).")
        return raw.decode("utf-8-sig")
    except OSError as error:
        known = ", ".join(builtin())
        raise Invalid(
            f"The pack {name} cannot be read: {error.strerror}.",
            hint=f"Give the path of a file, or a name that comes with the product: {known}.",
        ) from None
    except UnicodeDecodeError:
        raise Invalid(f"The pack {name} is not UTF-8 text.") from None


def parse_pack(text: str) -> Pack:
    """Return the pack that `text` declares; raise FileError when it is wrong."""
    members = parse(text).only("pack", "about", "words", "rules", required=("pack", "rules"))
    rules = tuple(_rules(members["rules"]))
    about = members["about"].text() if "about" in members else ""
    return Pack(members["pack"].text(), about, rules)


def _rules(value: Value) -> Iterator[Rule]:
    seen = set()
    items = value.items()
    if not items:
        raise value.wrong("has no rules.")
    for item in items:
        rule = _rule(item)
        if rule.id in seen:
            raise item.wrong(f"{rule.id} stands here twice.")
        seen.add(rule.id)
        yield rule


def _rule(value: Value) -> Rule:
    members = value.only(*_NEEDED, *_OPTIONAL, required=_NEEDED)
    identifier = members["id"].text()
    if not _ID.fullmatch(identifier):
        raise members["id"].wrong("must be such as TEL-001.")
    name = members["type"].text()
    if name not in TYPES:
        raise members["type"].wrong(f"there is no record type {name!r}.{nearest(name, TYPES)}")
    declared = TYPES[name]
    fails = read(members["fails"], declared)
    if "when" in members:
        fails = Joined("all", (read(members["when"], declared), fails))
    return Rule(
        id=identifier,
        name=members["name"].text(),
        declared=declared,
        path=_path(members["path"], declared) if "path" in members else "",
        severity=_one_of(members["severity"], get_args(Severity)),
        dimension=_one_of(members["dimension"], get_args(Dimension)),
        aspect=_one_of(members["aspect"], get_args(Aspect)) if "aspect" in members else "semantic",
        threshold=_share(members["threshold"]) if "threshold" in members else None,
        owner=members["owner"].text() if "owner" in members else None,
        means=" ".join(members["means"].text().split()),
        do=" ".join(members["do"].text().split()),
        fails=fails,
    )


def _path(value: Value, declared: RecordType) -> str:
    path = value.text()
    check_attribute(value, path, declared)
    return path


def _share(value: Value) -> float:
    share = value.scalar()
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise value.wrong("must be a share, from 0 to 1.")
    return float(share)


def _one_of(value: Value, words: tuple[str, ...]) -> Any:
    """Return the one of `words` that stands there."""
    word = value.text()
    if word not in words:
        raise value.wrong(f"{word!r} is none of {', '.join(words)}.{nearest(word, words)}")
    return word


def _folder() -> Path:
    return Path(str(resources.files("customer_inventory.record.register").joinpath("packs")))
