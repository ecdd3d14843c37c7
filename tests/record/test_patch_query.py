"""JSON Patch Query: the three published spellings, what they choose, and what is none."""

import copy
from typing import Any

import pytest

from customer_inventory.kit.errors import Conflict, Invalid, TooLarge
from customer_inventory.record.patch_query import queried

ORDER: dict[str, Any] = {
    "id": "1",
    "status": "open",
    "note": [
        {"id": "77455", "text": "a", "author": {"name": "Ann"}},
        {"id": "77456", "text": "b", "author": {"name": "Bob"}},
        {"id": "77456", "text": "c"},
    ],
    "partyCharacteristic": [{"name": "x", "value": 1}, {"name": "y", "value": 2, "on": True}],
    "contact": {"contactName": "y", "contactType": "home"},
    "item": [
        {"id": 1, "part": [{"no": "p", "n": 1}, {"no": "q", "n": 2}], "tag": ["a"]},
        {"id": 2, "part": [{"no": "p", "n": 3}], "a/b": {"c d": "e&f"}},
    ],
}


def at(document: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    return document


def replaced(path: str, *places: str) -> None:
    """Check that replacing at `path` replaces at `places` and nowhere else."""
    before = copy.deepcopy(ORDER)
    found = queried(ORDER, [{"op": "replace", "path": path, "value": "NEW"}])
    assert before == ORDER
    for place in places:
        holder, _, name = place.rpartition("/")
        part = at(before, holder)
        part[int(name) if isinstance(part, list) else name] = "NEW"
    assert found == before


@pytest.mark.parametrize(
    ("path", "places"),
    [
        # as published
        ("/note?id=77456", ["/note/1", "/note/2"]),
        (
            "/partyCharacteristic/value?/partyCharacteristic/name=x",
            ["/partyCharacteristic/0/value"],
        ),
        ("/contact/contactType?/contact.contactName=y", ["/contact/contactType"]),
        # the same place in every spelling
        (
            "/partyCharacteristic/value?/partyCharacteristic.name=y",
            ["/partyCharacteristic/1/value"],
        ),
        ("/partyCharacteristic/value?partyCharacteristic.name=y", ["/partyCharacteristic/1/value"]),
        ("/partyCharacteristic/value?name=y", ["/partyCharacteristic/1/value"]),
        ("/partyCharacteristic/value?name==y", ["/partyCharacteristic/1/value"]),
        ("/note?/note/id=77455", ["/note/0"]),
        ("/note?note.id=77455", ["/note/0"]),
        # numbers and booleans by how they are written, several conditions, deep conditions
        ("/partyCharacteristic/name?value=2", ["/partyCharacteristic/1/name"]),
        ("/partyCharacteristic/name?on=true", ["/partyCharacteristic/1/name"]),
        ("/note/text?id=77456&author.name=Bob", ["/note/1/text"]),
        ("/note/text?id=77456&&note/author/name=Bob", ["/note/1/text"]),
        ("/note/author/name?note.id=77455", ["/note/0/author/name"]),
        ("/note/author/name?author.name=Bob", ["/note/1/author/name"]),
        # lists within lists: by the inner one, by the outer one, by both
        ("/item/part/n?no=p", ["/item/0/part/0/n", "/item/1/part/0/n"]),
        ("/item/part/n?item.part.no=p&item.id=2", ["/item/1/part/0/n"]),
        ("/item/part/n?part.no=p&item.id=1", ["/item/0/part/0/n"]),
        ("/item/part/n?item.id=1", ["/item/0/part/0/n", "/item/0/part/1/n"]),
        ("/item/part?item.id=1", ["/item/0/part"]),
        ("/item/part?no=q", ["/item/0/part/1"]),
        ("/item/0/part/n?no=p", ["/item/0/part/0/n"]),
        ("/item/part/1/n?item.id=1", ["/item/0/part/1/n"]),
        # no list on the way: by the document itself
        ("/status?status=open", ["/status"]),
        ("/status?contact.contactName=y", ["/status"]),
    ],
)
def test_a_query_chooses(path: str, places: list[str]) -> None:
    replaced(path, *places)


def test_names_and_values_are_unescaped() -> None:
    path = "/item/a~1b/c d?item.a~1b.c d=e%26f"
    found = queried(ORDER, [{"op": "replace", "path": path, "value": "NEW"}])
    assert found["item"][1]["a/b"] == {"c d": "NEW"}


def test_what_each_operation_does() -> None:
    removed = queried(ORDER, [{"op": "remove", "path": "/note?id=77456"}])
    assert [note["text"] for note in removed["note"]] == ["a"]
    added = queried(
        ORDER,
        [
            {"op": "add", "path": "/note/author?id=77455", "value": "Cy"},
            {"op": "add", "path": "/note/seen?id=77456", "value": True},
            {"op": "add", "path": "/item/tag?item.id=1", "value": "b"},
            {"op": "test", "path": "/note/seen?text=c", "value": True},
            {"op": "replace", "path": "/status", "value": "closed"},
            {"op": "remove", "path": "/partyCharacteristic/on?name=y"},
        ],
    )
    assert added["note"][0]["author"] == "Cy"
    assert [note.get("seen") for note in added["note"]] == [None, True, True]
    assert added["item"][0]["tag"] == ["a", "b"]
    assert added["status"] == "closed"
    assert added["partyCharacteristic"][1] == {"name": "y", "value": 2}
    with pytest.raises(Conflict):
        queried(ORDER, [{"op": "test", "path": "/note/text?id=77456", "value": "b"}])


@pytest.mark.parametrize(
    "path",
    ["?id=1", "note?id=77456", "/note?", "/note?id", "/note?=1", "/note?id=1", "/nothing?id=77456",
     "/note/nothing?id=77456", "/note/text/deep?id=77456", "/note//text?id=77456", "/?id=1",
     "/note?id..x=1", "/note?id=77456&", "/note?" + "&".join(["id=77456"] * 9),
     "/note?id=" + "7" * 1000, "/a" * 17 + "?id=1", "/note?" + "a." * 16 + "b=1",
     "/note/5?id=77456", "/contact?id=77456"],
)  # fmt: skip
def test_what_is_no_query_or_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(Invalid) as refused:
        queried(ORDER, [{"op": "replace", "path": path, "value": 1}])
    assert refused.value.code == "invalidPatch"


@pytest.mark.parametrize("operation", [1, None, {}, {"op": "replace", "path": 5, "value": 1}, []])
def test_a_malformed_operation_is_refused(operation: Any) -> None:
    with pytest.raises(Invalid):
        queried(ORDER, [operation])
    for op in ("move", "copy", "replace all", None):
        with pytest.raises(Invalid):
            queried(ORDER, [{"op": op, "path": "/note?id=77456", "from": "/status", "value": 1}])


def test_it_is_bounded() -> None:
    many = {"note": [{"id": "1"} for _ in range(1001)]}
    with pytest.raises(Invalid, match="at most 1000"):
        queried(many, [{"op": "remove", "path": "/note?id=1"}])
    large = {"note": [{"id": "1"} for _ in range(50_000)] + [{"id": "2"}]}
    step = {"op": "add", "path": "/note/x?id=2", "value": 1}
    assert queried(large, [step])["note"][-1] == {"id": "2", "x": 1}
    with pytest.raises(TooLarge):
        queried(large, [step] * 10)
