"""A record changed, value by value; two who change it at once choose per attribute."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.customers.document import (
    LABELS,
    Kind,
    Leaf,
    changed,
    in_words,
    label_of,
    leaves,
)
from customer_inventory.console.customers.gone import told_when_gone
from customer_inventory.console.customers.record import PATH, back_of, revision_of
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Stale
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.types import named
from customer_inventory.record.version import RevisionPassed

GENERAL = mark("In general")
_LOOKED_BACK = 100
"""So many versions are looked through for the one that a form was made of."""


@dataclass(frozen=True)
class Field:
    """A value in the form: where it stands, what it is, and what both sides say of it.

    `text` is what stands in the form. Where two changed it at once, `mine` and `theirs` are what
    each made of it, and one is chosen.
    """

    path: str
    kind: Kind
    text: str
    group: str
    place: int | None
    name: str
    mine: str | None = None
    theirs: str | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether two changed it at once, and differently."""
        return self.mine is not None


async def show(view: View) -> Shown:
    """Return the values of a record, ready to be changed."""
    declared = named(view.path["type"])
    async with told_when_gone(view, declared, view.path["id"]):
        found = await view.rooms.inventory.get(declared, view.path["id"], sight=view.sight)
    document = parse_object(found.body)
    now = _by_path(document)
    base = now
    if isinstance(view.error, Stale):
        base = await _base(view, declared, revision_of(view.typed)) or now
    fields = _fields(now, base, view.typed)
    called = _called(document)
    groups: dict[tuple[str, int | None], list[Field]] = {}
    for field in fields:
        groups.setdefault((field.group, field.place), []).append(field)
    return Shown(
        {
            "type": declared.name,
            "id": found.id,
            "revision": found.revision,
            "attribute": [{"path": each.path, "value": each.text} for each in now.values()],
        },
        aside={
            "groups": [
                (group, called.get((group, place), place), own)
                for (group, place), own in groups.items()
            ],
            "disputed": [field for field in fields if field.is_disputed],
            "revision": found.revision,
            "back": back_of(view.query, "")
            or back_of(view.typed, f"/records/{declared.name}/{found.id}"),
        },
        ids=(found.id,),
        groups=view.sight.groups(declared.name),
        title=view.say("Change %(name)s", name=document.get("name") or declared.name),
    )


async def _base(view: View, declared: RecordType, revision: int) -> dict[str, Leaf] | None:
    """Return the values that a form was made of; None where that version is not to be seen."""
    versions = await view.rooms.inventory.versions(
        declared, view.path["id"], limit=_LOOKED_BACK, sight=view.sight
    )
    for version in versions:
        if version.revision == revision and version.body:
            return _by_path(parse_object(version.body))
    return None


def _by_path(document: Document) -> dict[str, Leaf]:
    """Return the values that are changed here, by path: what a characteristic is called is not."""
    return {
        leaf.path: leaf for leaf in leaves(document) if not _OF_CHARACTERISTIC.search(leaf.path)
    }


_OF_CHARACTERISTIC = re.compile(r"[cC]haracteristic\[\d+\]\.(name|valueType)$")


def _fields(now: Mapping[str, Leaf], base: Mapping[str, Leaf], typed: Form) -> list[Field]:
    """Return the fields of the form: what others did is taken, what both did is asked."""
    return [_field(path, now, base, typed) for path in dict.fromkeys((*now, *base))]


def _field(path: str, now: Mapping[str, Leaf], base: Mapping[str, Leaf], typed: Form) -> Field:
    leaf = now.get(path) or base[path]
    before = base[path].text if path in base else ""
    theirs = now[path].text if path in now else ""
    mine = typed.get(path, before)
    words = label_of(path)
    group, place = words[0] if len(words) > 1 or words[0][1] else (GENERAL, None)
    inner = words[1:] or words[:1]
    name = ", ".join(f"{word} {at}" if at else word for word, at in inner)
    if mine in (before, theirs):
        return Field(path, leaf.kind, theirs, group, place, name)
    if theirs == before:
        return Field(path, leaf.kind, mine, group, place, name)
    return Field(path, leaf.kind, mine, group, place, name, mine=mine, theirs=theirs)


def _called(document: Document) -> dict[tuple[str, int | None], str]:
    """Return what items of lists are called by themselves, by the list's label and their place."""
    found: dict[tuple[str, int | None], str] = {}
    for name, items in document.items():
        for place, item in enumerate(items if isinstance(items, list) else (), 1):
            own = next((item[k] for k in _CALLS if isinstance(item, dict) and item.get(k)), None)
            if isinstance(own, str):
                found[label_of(name)[0][0], place] = LABELS.get(own, in_words(own))
    return found


_CALLS = ("name", "contactType", "languageName", "identificationType", "role")


async def save(view: View, form: Form) -> Done:
    """Save what was changed, at the revision that was looked at."""
    declared, revision = named(view.path["type"]), revision_of(form)
    inventory = view.rooms.inventory
    async with told_when_gone(view, declared, view.path["id"]):
        found = await inventory.get(declared, view.path["id"], sight=view.sight)
    if found.revision != revision:
        raise RevisionPassed
    document = parse_object(found.body)
    texts: dict[str, tuple[Kind, str]] = {
        leaf.path: (leaf.kind, form[leaf.path])
        for leaf in _by_path(document).values()
        if leaf.path in form and form[leaf.path] != leaf.text
    }

    def alter(old: Document) -> Document:
        return changed(old, texts)

    made = await inventory.change(
        declared, found.id, alter, actor=view.actor, revision=revision, sight=view.sight
    )
    is_same = made.revision == revision
    told = view.say("Nothing was changed.") if is_same else _told(view, texts)
    return Done(back_of(form, f"/records/{declared.name}/{made.id}"), told, (made.id,))


def _told(view: View, texts: Mapping[str, Any]) -> str:
    return view.say("Saved: %(what)s. The last change can be undone.", what=", ".join(texts))


SCREENS = (
    Screen(
        f"{PATH}/edit",
        mark("Change"),
        "customers",
        Operation.READ,
        "{type}",
        show,
        "customers/edit",
        "record",
        actions=(Action("save", Operation.UPDATE, "{type}", save, either=Operation.MODIFY),),
    ),
)
