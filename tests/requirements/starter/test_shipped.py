"""What ships agrees with the declarations, covers them, and lets believable customers in."""

from collections import Counter
from collections.abc import Set as AbstractSet

import pytest

from customer_inventory.demo.generate import generate
from customer_inventory.record.document import parse_object
from customer_inventory.record.facet import declared_of
from customer_inventory.record.schema import Schema, paths
from customer_inventory.record.types import SHIPPED, TYPES
from customer_inventory.record.validate import unfulfilled
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.file import read, written
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.requirements.starter.shipped import begins_as, shipped, texts

BLOCK = 200
FIRST = 1_001


def mandatory(schema: Schema, prefix: str = "") -> AbstractSet[str]:
    """Return the paths that a schema demands in the objects where they belong."""
    body = schema.get("items", schema)
    found = {f"{prefix}{name}" for name in body.get("required", ())}
    for name, part in body.get("properties", {}).items():
        found |= mandatory(part, f"{prefix}{name}.")
    return found


def of(record_type: str) -> list[Requirement]:
    return [each for each in shipped() if each.type == record_type]


def test_there_is_a_file_for_every_type() -> None:
    assert texts().keys() == SHIPPED
    assert len(shipped()) > 500


@pytest.mark.parametrize("record_type", TYPES)
def test_a_file_is_what_an_export_writes_and_is_read_as_files_of_others(record_type: str) -> None:
    text = texts()[record_type]
    found = [each.requirement for each in read(text, record_type)]
    assert found == of(record_type)
    assert written(record_type, found) == text


@pytest.mark.parametrize("record_type", TYPES)
def test_every_attribute_is_covered_and_every_path_is_declared(record_type: str) -> None:
    declared = paths(TYPES[record_type].schema)
    covered = [each.path for each in of(record_type)]
    assert len(set(covered)) == len(covered)
    assert set(covered) <= declared.keys()
    assert set(TYPES[record_type].attributes) <= set(covered)


@pytest.mark.parametrize("record_type", TYPES)
def test_it_says_of_attributes_what_is_declared_of_them(record_type: str) -> None:
    for each in of(record_type):
        declared = declared_of(record_type, each.path)
        assert each.facet == declared, each.path
        # Shown to who reviews the file; the operation and the survivorship are those of the group.
        assert (each.group, each.classification) == (declared.group, declared.classification)
        assert (each.operation, each.survivorship, each.retention) == (
            None,
            None,
            declared.retention,
        )


@pytest.mark.parametrize("record_type", TYPES)
def test_mandatory_is_what_the_standard_demands_and_nothing_else(record_type: str) -> None:
    demanded = mandatory(TYPES[record_type].schema)
    found = of(record_type)
    assert {e.path for e in found if e.obligation == "mandatory"} == demanded & {
        each.path for each in found
    }
    assert set(TYPES[record_type].mandatory) <= demanded
    for each in found:
        assert begins_as(each) == ("enforced" if each.path in demanded else "approved")
        if each.path in demanded:
            # In force for clients that know the standard alone: no more than the standard asks for.
            assert each.data.schema.keys() <= {"type", "anyOf"}, each.id


def test_ids_are_in_the_block_of_their_type() -> None:
    ids = [each.id for each in shipped()]
    assert len(set(ids)) == len(ids)
    for number, record_type in enumerate(name for name in TYPES if name in SHIPPED):
        block = range(FIRST + BLOCK * number, FIRST + BLOCK * (number + 1))
        assert all(int(each.id[4:]) in block for each in of(record_type)), record_type


def test_every_requirement_is_rich_enough_to_act_on() -> None:
    for each in shipped():
        assert each.name[0].isupper(), each.id
        assert each.definition.endswith("."), each.id
        assert each.owner, each.id
        assert each.steward, each.id
        assert each.purposes, each.id
        assert each.requested_by, each.id
        assert each.used_by, each.id
        assert each.sources, each.id


def test_believable_customers_fulfil_all_of_it_even_what_is_not_in_force() -> None:
    edition = compiled(shipped(), 1)
    broken: Counter[str] = Counter()
    for record in generate(customers=25, seed=5):
        document = parse_object(record.body)
        broken.update(unfulfilled(TYPES[record.type], document, edition.types[record.type]))
    assert not broken
