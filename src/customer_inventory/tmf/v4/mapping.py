"""How records of one type are turned: the engine that applies declared rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.kit.clock import now
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode_sorted, is_same
from customer_inventory.tmf.v4 import rule
from customer_inventory.tmf.v4.rule import Place, Rule, Steps


@dataclass(frozen=True)
class Differences:
    """What is different in version 4 of a record type.

    `defaults` are attributes that version 4 demands and its callers leave out: a value, or what
    makes one. A record that is made gets them. `demanded` is what version 4 demands of the objects
    of an attribute when a record is made.
    """

    rules: Sequence[Rule] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    demanded: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def shown(self, document: Document) -> Document:
        """Return version 4 of a document as it is kept."""
        return rule.shown(self.rules, document)

    def kept(self, document: Document) -> Document:
        """Return what is kept of a document of version 4."""
        return rule.kept(self.rules, document)

    def made(self, document: Document) -> Document:
        """Return what is kept of a document of version 4 that becomes a record."""
        missing = {name: value for name, value in self.defaults.items() if name not in document}
        given = {name: value() if callable(value) else value for name, value in missing.items()}
        return self.kept({**document, **given})

    def missing(self, document: Document) -> Iterator[Steps]:
        """Yield the path of everything that is demanded of an object of `document` and missing."""
        for name, demanded in self.demanded.items():
            given = document.get(name)
            things = enumerate(given) if isinstance(given, list) else [(None, given)]
            for position, thing in things:
                at: Steps = (name,) if position is None else (name, position)
                if isinstance(thing, dict):
                    yield from ((*at, word) for word in demanded if word not in thing)

    def changed(self, old: Document, new: Document) -> Document:
        """Return what is kept of `new`, a document of version 4 made of `old`, which is kept.

        What is as it was in version 4 stays as it is kept, whatever version 4 shows of it.
        """
        kept = self.kept(new)
        restored: Document = _restored(old, self.kept(self.shown(old)), kept)
        # What is kept in a form of its own may not fit what it was changed to.
        return restored if is_same(self.shown(restored), new) else kept

    def place(self, path: str) -> Place:
        """Return where the attribute at the dotted `path` of version 4 is kept."""
        return rule.place(self.rules, tuple(path.split(".")))

    def named(self, steps: Steps) -> Steps:
        """Return the path that version 4 has for what is kept at `steps`; positions stay."""
        return rule.named(self.rules, steps)


def begins_now() -> Document:
    """Return a period that begins now."""
    return {"startDateTime": now().isoformat(timespec="milliseconds").replace("+00:00", "Z")}


NONE = Differences()
"""Of a type that is the same in both versions."""


def _restored(old: Any, seen: Any, new: Any) -> Any:
    """Return `new` with all that is as in `seen` taken from `old`; `seen` is `old` come back.

    The `@type` that version 4 does not show does not come back: it stays.
    """
    if is_same(seen, new):
        return old
    if isinstance(old, dict) and isinstance(seen, dict) and isinstance(new, dict):
        hidden = {"@type": old["@type"]} if "@type" in old and "@type" not in seen else {}
        both = old.keys() & seen.keys()
        return hidden | {
            name: _restored(old[name], seen[name], value) if name in both else value
            for name, value in new.items()
        }
    if isinstance(old, list) and isinstance(seen, list) and isinstance(new, list):
        return _items(old, seen, new)
    return new


def _items(old: list[Any], seen: list[Any], new: list[Any]) -> list[Any]:
    """Return the items of `new`, each that is among `seen` as it is in `old`."""
    left: dict[bytes, list[int]] = {}
    for position, item in enumerate(seen):
        left.setdefault(encode_sorted(item), []).append(position)
    restored = []
    for item in new:
        known = left.get(encode_sorted(item))
        restored.append(old[known.pop(0)] if known else item)
    return restored
