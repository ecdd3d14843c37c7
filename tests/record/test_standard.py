"""Every attribute of the standard's own schemas is declared, first level and nested, with its type.

The documents are read from the folder named by CINV_TMF_SPECS; without it this is skipped.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_inventory.record.schema import Schema
from customer_inventory.record.types import TYPES
from customer_inventory.tmf.apis import APIS
from tests.conformance.official import NEEDS_SPECS, SPECS, Loader

SERVED = [(api.number, name) for api in APIS if api.number[:3] == "TMF" for name in api.resources]
SUFFIXES = ("", "_FVO", "_MVO")
DEEPEST = 7

pytestmark = NEEDS_SPECS


@cache
def schemas(number: str) -> dict[str, Any]:
    (path,) = Path(SPECS).glob(f"{number}-*v5*.yaml")
    found: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader)["components"]["schemas"]
    return found


def plain(reference: str) -> str:
    """The name a reference leads to, without the suffix of its use."""
    return re.sub("_(FVO|MVO|RES)$", "", reference.rsplit("/", maxsplit=1)[-1])


def parts(number: str, schema: Any) -> Iterator[Any]:
    """Yield `schema` and all that it is made of, by allOf."""
    yield schema
    for part in schema.get("allOf", []):
        if "$ref" in part:
            yield from parts(number, schemas(number)[part["$ref"].split("/")[-1]])
        else:
            yield from parts(number, part)


def attributes(number: str, name: str) -> Iterator[tuple[str, Any]]:
    for suffix in SUFFIXES:
        for part in parts(number, schemas(number).get(name + suffix, {})):
            yield from part.get("properties", {}).items()


def kinds(number: str, name: str) -> set[str]:
    """The names of what stands for `name`: itself and whatever it may be."""
    found = {name}
    for suffix in SUFFIXES:
        schema = schemas(number).get(name + suffix, {})
        # What an inherited schema may be is not what this one may be.
        for part in (schema, *(own for own in schema.get("allOf", []) if "$ref" not in own)):
            found |= {plain(one["$ref"]) for one in part.get("oneOf", []) if "$ref" in one}
            found |= {plain(to) for to in part.get("discriminator", {}).get("mapping", {}).values()}
    return found


def fits(ours: str | None, given: str | None) -> bool:
    """Tell whether our type takes what is given: a whole number is any number, as in version 4."""
    return None in (ours, given) or ours == given or (ours, given) == ("number", "integer")


def missing(
    number: str, name: str, declared: Schema, path: str, above: tuple[str, ...]
) -> Iterator[str]:
    """Yield the paths of the standard that `declared` does not have, or has as something else."""
    if declared.get("x-open") or name in above or len(above) > DEEPEST:
        return
    for kind in kinds(number, name):
        for attribute, given in attributes(number, kind):
            place = f"{path}.{attribute}"
            ours = declared.get("properties", {}).get(attribute)
            if ours is None:
                yield place
                continue
            inner, of_ours = given, ours
            while inner.get("type") == "array":
                inner, of_ours = inner["items"], of_ours.get("items", of_ours)
            if "$ref" in inner:
                below = (*above, name)
                yield from missing(number, plain(inner["$ref"]), of_ours, place, below)
            elif not fits(of_ours.get("type"), inner.get("type")):
                yield f"{place} is {inner.get('type')}"


@pytest.mark.parametrize(("number", "name"), SERVED, ids=[name for _, name in SERVED])
def test_every_attribute_of_the_standard_is_declared(number: str, name: str) -> None:
    declared = TYPES[name]
    assert list(dict.fromkeys(missing(number, declared.entity, declared.schema, name, ()))) == []


@pytest.mark.parametrize(("number", "name"), SERVED, ids=[name for _, name in SERVED])
def test_what_the_standard_demands_on_create_is_demanded(number: str, name: str) -> None:
    declared = TYPES[name]
    made = schemas(number)[f"{declared.entity}_FVO"]
    demanded = {word for part in parts(number, made) for word in part.get("required", [])}
    assert set(declared.mandatory) == demanded - {"@type"}
