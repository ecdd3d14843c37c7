"""What is demanded of an attribute within another: where the other is, as in JSON Schema."""

from typing import Any

import pytest

from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.running import audit
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.register.force import put_in_force
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import check
from customer_inventory.requirements import applying
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Database
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR

INDIVIDUAL = TYPES["individual"]
ADA = {"@type": "Individual", "givenName": "Ada", "familyName": "Byron"}
WITHOUT: dict[str, Any] = dict(ADA)
EMPTY: dict[str, Any] = {**ADA, "contactMedium": []}
LACKING: dict[str, Any] = {
    **ADA,
    "contactMedium": [
        {"@type": "EmailContactMedium", "contactType": "home"},
        {"@type": "EmailContactMedium"},
    ],
}
WHOLE: dict[str, Any] = {**ADA, "contactMedium": LACKING["contactMedium"][:1]}


def mandatory(identifier: str, path: str, **more: Any) -> Requirement:
    """Return a requirement that demands an attribute of individuals."""
    said = {"name": "N", "definition": "D", "obligation": "mandatory", **more}
    return Requirement(id=identifier, type="individual", path=path, **said)


PARENT = mandatory("REQ-701", "contactMedium")
CHILD = mandatory("REQ-702", "contactMedium.contactType")
IF_ADA = mandatory(
    "REQ-703",
    "contactMedium.contactType",
    obligation="conditional",
    when={"attribute": "givenName", "is": "Ada"},
)


@pytest.mark.parametrize(
    ("requirements", "fulfilled", "refused"),
    [
        ((CHILD,), (WITHOUT, EMPTY, WHOLE), (LACKING,)),
        ((IF_ADA,), (WITHOUT, EMPTY, WHOLE), (LACKING,)),
        ((PARENT, CHILD), (EMPTY, WHOLE), (WITHOUT, LACKING)),
    ],
    ids=["within", "conditional", "both"],
)
async def test_doors_dry_run_and_audit_demand_the_same(
    database: Database,
    requirements: tuple[Requirement, ...],
    fulfilled: tuple[dict[str, Any], ...],
    refused: tuple[dict[str, Any], ...],
) -> None:
    await people(database, *fulfilled, *refused)
    judged = await applying.dry_run(database, requirements)
    rules = [rule for each in requirements for rule in rules_of(each)]
    audited = (await audit(database, rules, actor=ACTOR)).outcomes
    put_in_force(compiled(requirements, 1))
    for document in fulfilled:
        check(INDIVIDUAL, document)
    paths = set()
    for document in refused:
        with pytest.raises(Invalid) as caught:
            check(INDIVIDUAL, document)
        paths.add(caught.value.path)
    assert len(paths) == len(refused)
    assert sum(each.failed for each in judged) == len(refused)
    assert sum(each.failed for each in audited) == len(refused)
