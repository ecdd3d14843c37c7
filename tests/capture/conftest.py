"""Files and mappings to import."""

import os
from pathlib import Path

import pytest

from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.conftest import permitted

SMALL = """
source: crm
format: csv
key: no
nulls: ["", "NULL"]
records:
  individual:
    attributes:
      givenName: {column: first}
      familyName: {column: last}
      birthDate: {column: born, as: date, formats: ["%d.%m.%Y"]}
  customer:
    attributes:
      name: {template: "{first} {last}"}
      status: {column: state, values: {A: active, X: closed}}
      engagedParty: {ref: individual}
"""
HEADER = "no,first,last,born,state\n"


@pytest.fixture
def small() -> Mapping:
    """A mapping that makes a person and a customer of each row."""
    return parse_mapping(SMALL, "small")


@pytest.fixture
def real_data() -> Path:
    """The folder of real data; without it the test is skipped, and says so."""
    folder = os.environ.get("CINV_REAL_DATA")
    if not folder:
        pytest.skip("CINV_REAL_DATA names no folder of real data")
    return Path(folder).absolute()


@pytest.fixture
async def database(database: Database, actor: Actor) -> Database:
    """A fresh database in which the actor may write whatever it loads."""
    await permitted(database, actor.process, "*:create,modify,update", purpose=actor.purpose)
    return database
