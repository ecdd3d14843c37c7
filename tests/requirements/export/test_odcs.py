"""Data contracts are what the standard says, by its own schema where that is installed."""

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
import yaml

from customer_inventory.record.types import SHIPPED, TYPES
from customer_inventory.requirements.export.format import FORMATS
from customer_inventory.requirements.export.given import Given
from customer_inventory.requirements.export.odcs import API_VERSION, contract
from customer_inventory.requirements.file import read
from customer_inventory.requirements.register import Versioned
from customer_inventory.requirements.starter.shipped import begins_as, shipped
from tests.requirements.samples import BIRTH_DATE, GENDER

STARTER = Given([Versioned(each, 1, begins_as(each), "me") for each in shipped()])


def test_every_contract_is_valid_by_the_schema_of_the_standard() -> None:
    pytest.importorskip("open_data_contract_standard")
    schema = json.loads(
        files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8")
    )
    validator = jsonschema_rs.Draft201909Validator(schema)
    made = FORMATS["odcs"](STARTER)
    assert made.keys() == {f"{name}.odcs.yaml" for name in SHIPPED}
    for name, text in made.items():
        wrong = [(each.message, each.instance_path) for each in _errors(validator, text)]
        assert wrong == [], name


def test_what_every_contract_must_have_is_there() -> None:
    for name, versions in STARTER.by_type.items():
        made = contract(TYPES[name], versions)
        assert (made["apiVersion"], made["kind"]) == (API_VERSION, "DataContract")
        assert {"id", "version", "status"} <= made.keys()
        assert all(_is_whole(each) for each in made["schema"][0]["properties"])


def test_what_a_requirement_says_is_found_in_its_contract() -> None:
    versions = [
        Versioned(each.requirement, 2, "enforced", "me")
        for text in (BIRTH_DATE, GENDER)
        for each in read(text)
    ]
    made = contract(TYPES["individual"], versions)
    assert (made["version"], made["status"]) == ("2.0.0", "active")
    born, gender = made["schema"][0]["properties"]
    assert (born["name"], born["businessName"]) == ("birthDate", "Date of birth")
    assert (born["logicalType"], born["required"]) == ("timestamp", True)
    assert born["classification"] == "sensitive"
    (rule,) = born["quality"]
    assert (rule["metric"], rule["unit"], rule["mustBeLessOrEqualTo"]) == (
        "nullValues",
        "percent",
        2,
    )
    custom = {each["property"]: each["value"] for each in born["customProperties"]}
    assert (custom["requirement"], custom["purposes"]) == ("REQ-101", {"billing": "contract"})
    assert made["slaProperties"] == [
        {"property": "freshness", "value": 10, "unit": "y", "element": "individual.birthDate"}
    ]
    told = {each["property"]: each["value"] for each in gender["customProperties"]}
    assert told["allowedValues"] == ["female", "male", "diverse"]
    assert "all" in told["when"]
    assert made["team"] == {
        "name": "Customer data",
        "members": [{"username": "ada", "role": "steward"}],
    }


@pytest.mark.parametrize(
    ("said", "value", "unit"), [("P10Y", 10, "y"), ("P6M", 6, "m"), ("P1Y6M", 545, "d")]
)
def test_how_old_values_may_be_is_said_in_one_unit(said: str, value: int, unit: str) -> None:
    (found,) = read(BIRTH_DATE.replace("P10Y", said))
    (limit,) = contract(TYPES["individual"], [Versioned(found.requirement, 1, "approved", "me")])[
        "slaProperties"
    ]
    assert (limit["value"], limit["unit"]) == (value, unit)


def _errors(validator: Any, text: str) -> list[Any]:
    return list(validator.iter_errors(yaml.safe_load(text)))


def _is_whole(made: dict[str, Any]) -> bool:
    below = [*made.get("properties", ()), *made.get("items", {}).get("properties", ())]
    return {"name", "logicalType"} <= made.keys() and all(map(_is_whole, below))
