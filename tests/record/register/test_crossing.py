"""Conditions on several records: read with clear errors, and asked of what is held."""

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError
from customer_inventory.record.identity.merging import Identity
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.register.asking import whole
from customer_inventory.record.register.judged import PATIENCE_MS, Part
from customer_inventory.record.register.pack import builtin, parse_pack, read_pack
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

RULE = """
pack: mine
rules:
  - id: M-1
    name: A rule
    type: {type}
    severity: high
    dimension: consistency
    means: It is wrong.
    do: Mend it.
    fails: {fails}
"""


def ref(identifier: str, entity: str) -> dict[str, str]:
    return {"@type": f"{entity}Ref", "id": identifier, "@referredType": entity}


async def failing(database: Database, kind: str, fails: str) -> list[str]:
    (rule,) = parse_pack(RULE.format(type=kind, fails=fails)).rules
    async with whole(database, [rule]) as held:
        judged, faults = await held.ask(TYPES[kind], [rule], Part(), PATIENCE_MS)
    assert not faults
    return sorted(judged.failing.ids)


@pytest.mark.parametrize(
    ("kind", "fails", "message"),
    [
        ("prodct", "{attribute: status, is: active}", "there is no record type 'prodct'"),
        ("product", "{names: account, at: billingAccount}", "there is no record type 'account'"),
        ("product", "{names: customer, at: billingAccount}", "cannot name a customer"),
        ("product", "{names: customer, at: billingAcount}", "names nobody at 'billingAcount'"),
        ("product", "{namedBy: customer, at: account}", "Customer names no product at 'account'"),
        ("product", "{another: email}", "has no keys of the kind 'email'"),
        ("product", "{period: over}", "'over' is no state of a period"),
        ("product", "{subject: another}", "there is no record around it"),
        ("product", "{attribute: status, differs: ^state}", "there is no record around it"),
        ("product", "{attribute: status, differs: now}", "compares to an attribute"),
        ("product", "{attribute: status, same: name, after: now}", "needs one of differs"),
        ("product", "{attribute: 'a b', after: now}", "is not an attribute path"),
        ("product", "{all: []}", "needs at least one condition"),
        ("product", "{attribute: status}", "needs one of is"),
        ("product", "{names: customer}", "lacks the key at"),
    ],
)
def test_a_rule_that_is_wrong_says_what(kind: str, fails: str, message: str) -> None:
    with pytest.raises(FileError) as error:
        parse_pack(RULE.format(type=kind, fails=fails))
    assert message in str(error.value)
    assert error.value.line > 1


def test_a_pack_that_is_wrong_says_what() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_pack("nothing.yaml")
    text = RULE.format(type="product", fails="{attribute: status, is: active}")
    with pytest.raises(FileError, match="stands here twice"):
        parse_pack(text + text[text.index("  - id") :])
    with pytest.raises(FileError, match="none of high, medium, low"):
        parse_pack(text.replace("severity: high", "severity: higher"))
    with pytest.raises(FileError, match="such as TEL-001"):
        parse_pack(text.replace("M-1", "m1"))


@pytest.mark.parametrize("name", builtin())
def test_what_ships_is_told_in_full(name: str) -> None:
    pack = read_pack(name)
    assert pack.about
    assert len({rule.id for rule in pack.rules}) == len(pack.rules) >= 12
    for rule in pack.rules:
        assert rule.name
        assert rule.means.endswith(".")
        assert rule.do.endswith(".")


async def test_references_to_what_was_merged_lead_to_what_it_is_shown_as(
    database: Database, actor: Actor
) -> None:
    inventory = Inventory(database)

    async def made(kind: str, **document) -> str:
        given = {"@type": TYPES[kind].entity, **document}
        return (await inventory.create(TYPES[kind], given, actor=actor)).id

    one, other = [await made("individual", givenName="Ann", familyName="Lee") for _ in range(2)]
    roles = [
        await made("customer", name=name, status="active", engagedParty=ref(each, "Individual"))
        for name, each in (("first", one), ("second", other))
    ]
    related = [
        [{"@type": "RelatedPartyOrPartyRole", "role": "owner",
          "partyOrPartyRole": ref(role, "Customer")}] for role in roles
    ]  # fmt: skip
    products = [await made("product", status="active", relatedParty=each) for each in related]
    names = "{not: {names: customer, at: relatedParty.partyOrPartyRole}}"
    named = "{namedBy: product, at: relatedParty.partyOrPartyRole}"
    assert await failing(database, "product", names) == []
    assert await failing(database, "customer", named) == sorted(roles)
    await Identity(database).merge(TYPES["customer"], roles[0], [roles[1]], actor=actor)
    assert await failing(database, "product", names) == []
    assert await failing(database, "customer", named) == [roles[0]]
    await inventory.remove(TYPES["product"], products[0], actor=actor)
    assert await failing(database, "customer", named) == [roles[0]]


async def test_values_are_compared_beside_each_other(database: Database, actor: Actor) -> None:
    inventory = Inventory(database)

    async def product(**document) -> str:
        given = {"@type": "Product", "status": "active", **document}
        return (await inventory.create(TYPES["product"], given, actor=actor)).id

    same = await product(name="a", description="a")
    other = await product(name="a", description="b")
    none = await product(name="a")
    late = await product(orderDate="2026-02-01T00:00:00Z", creationDate="2026-01-31T23:00:00-02:00")
    assert await failing(database, "product", "{attribute: name, same: description}") == [same]
    assert await failing(database, "product", "{attribute: name, differs: description}") == [other]
    before = "{attribute: orderDate, before: creationDate}"
    assert await failing(database, "product", before) == [late]
    assert await failing(database, "product", "{attribute: orderDate, after: now}") == []
    assert await failing(database, "product", "{attribute: orderDate, before: now}") == [late]
    running = await failing(database, "product", "{not: {period: running}}")
    assert running == []
    assert none
