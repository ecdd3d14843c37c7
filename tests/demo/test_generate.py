"""What the generator promises: the same every time, whole, linked, and nobody's real data."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_inventory.demo.generate import Record, generate, lines
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.types import of_entity

SAMPLE = 1000
PINNED = "fd593c43b260c1468339b0d15925d0198e44526f712b410972ae620195416ef9"
MANDATORY = {
    "individual": {"givenName", "familyName"},
    "organization": {"name", "tradingName"},
    "customer": {"name", "engagedParty"},
    "partyAccount": {"name", "relatedParty"},
    "billingAccount": {"name", "relatedParty"},
    "agreement": {"name", "agreementType", "agreementItem", "engagedParty"},
    "product": {"name", "status", "productCharacteristic", "productOffering", "relatedParty"},
    "troubleTicket": {"description", "severity", "ticketType", "relatedEntity"},
    "partyRole": {"name", "role", "engagedParty"},
    "partyPrivacyProfileSpecification": {"name", "specCharacteristic"},
    "partyPrivacyProfile": {
        "agreedByParty",
        "partyPrivacyProfileCharacteristic",
        "partyPrivacyProfileSpecification",
    },
    "partyInteraction": {"relatedChannel", "direction", "reason", "interactionDate", "status"},
}
# The v5 schemas give these value objects no @type.
VALUE_OBJECTS = (
    {"startDateTime", "endDateTime"},
    {"unit", "value"},
    {"languageCode", "languageName", "isFavouriteLanguage"},
)
RESERVED_MAIL = re.compile(r"[a-z0-9.]+@([a-z0-9]+\.)?example\.(com|org|net)")
E164 = re.compile(r"\+[1-9][0-9]{7,14}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def sample() -> list[Record]:
    return list(generate(SAMPLE, seed=1))


@pytest.fixture(scope="module")
def documents(sample: list[Record]) -> list[dict[str, Any]]:
    return [json.loads(record.body) for record in sample]


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every JSON object in `value`, itself included."""
    if isinstance(value, dict):
        yield value
        yield from chain.from_iterable(map(objects, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(objects, value))


def dangling(records: list[Record]) -> list[str]:
    """Return the references that no earlier record of the same bucket answers."""
    seen: set[tuple[str, str]] = set()
    missing = []
    for record in records:
        for found in objects(json.loads(record.body)):
            declared = of_entity(found.get("@referredType"))
            if declared is None or not is_id(found["id"]):
                continue
            target = declared.name
            same_bucket = bucket_of(found["id"]) == bucket_of(record.id)
            if (target, found["id"]) not in seen or not same_bucket:
                missing.append(f"{record.type} {record.id} -> {target} {found['id']}")
        seen.add((record.type, record.id))
    return missing


def test_output_is_the_same_on_every_run_and_machine(sample: list[Record]) -> None:
    digest = hashlib.sha256(b"".join(record.body for record in sample)).hexdigest()
    assert digest == PINNED


def test_another_seed_makes_other_customers(sample: list[Record]) -> None:
    assert next(generate(1, seed=2)).id != sample[0].id


def test_exactly_as_many_customers_as_asked_for(sample: list[Record]) -> None:
    counts = Counter(record.type for record in sample)
    assert counts["customer"] == SAMPLE
    assert set(counts) == set(MANDATORY)
    assert 11 <= len(sample) / SAMPLE <= 15


def test_no_customers_no_records() -> None:
    assert list(generate(0, seed=1)) == []


@pytest.mark.parametrize("arguments", [{"customers": -1}, {"customers": 1, "first": -1}])
def test_negative_numbers_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        generate(**arguments, seed=1)


def test_ranges_join_without_a_seam(sample: list[Record]) -> None:
    ranges = [(0, 400), (400, 250), (650, 350)]
    parts = [generate(count, seed=1, first=first) for first, count in ranges]
    assert list(chain.from_iterable(parts)) == sample


def test_lines_are_the_documents(sample: list[Record]) -> None:
    text = b"".join(lines(SAMPLE, seed=1))
    assert text.endswith(b"\n")
    assert text.splitlines() == [record.body for record in sample]


def test_ids_are_distinct_and_of_our_form(sample: list[Record]) -> None:
    assert all(is_id(record.id) for record in sample)
    assert len({record.id for record in sample}) == len(sample)


def test_customers_spread_over_the_buckets(sample: list[Record]) -> None:
    buckets = Counter(bucket_of(record.id) for record in sample if record.type == "customer")
    assert len(buckets) > SAMPLE / 2
    assert max(buckets.values()) < 12


def test_references_resolve_to_earlier_records_of_the_same_bucket(sample: list[Record]) -> None:
    assert dangling(sample) == []


def test_documents_begin_with_id_and_type_and_have_no_href(
    sample: list[Record], documents: list[dict[str, Any]]
) -> None:
    for record, document in zip(sample, documents, strict=True):
        kind = record.type[0].upper() + record.type[1:]
        assert record.body.startswith(f'{{"id":"{record.id}","@type":"{kind}"'.encode())
        assert all("href" not in found for found in objects(document))


def test_mandatory_attributes_are_present(
    sample: list[Record], documents: list[dict[str, Any]]
) -> None:
    for record, document in zip(sample, documents, strict=True):
        assert MANDATORY[record.type] <= document.keys(), record
        assert all(document[name] for name in MANDATORY[record.type])


def test_every_object_carries_its_type(documents: list[dict[str, Any]]) -> None:
    untyped = [found for found in objects(documents) if "@type" not in found]
    assert all(any(found.keys() <= keys for keys in VALUE_OBJECTS) for found in untyped)


def test_references_name_what_they_refer_to(documents: list[dict[str, Any]]) -> None:
    for found in objects(documents):
        if "@referredType" in found:
            assert found["id"]
            assert found["name"]


def test_nothing_is_null_or_empty(documents: list[dict[str, Any]]) -> None:
    for found in objects(documents):
        assert all(value not in (None, "", [], {}) for value in found.values()), found


def test_no_pattern_is_left_unfilled(sample: list[Record]) -> None:
    unfilled = re.compile(rb"\{[a-z0-9]+\}|\|")
    assert not [record for record in sample if unfilled.search(record.body)]


def test_nobody_can_be_reached(documents: list[dict[str, Any]]) -> None:
    for found in objects(documents):
        if "emailAddress" in found:
            assert RESERVED_MAIL.fullmatch(found["emailAddress"]), found
        if "phoneNumber" in found:
            assert E164.fullmatch(found["phoneNumber"]), found


def test_periods_are_instants_in_order(documents: list[dict[str, Any]]) -> None:
    for found in objects(documents):
        ends = [found[key] for key in ("startDateTime", "endDateTime") if key in found]
        assert all(INSTANT.fullmatch(end) for end in ends)
        assert all(start <= end for start, end in pairwise(ends)), found


def test_sizes_are_those_of_real_documents(sample: list[Record]) -> None:
    sizes = [len(record.body) for record in sample]
    assert min(sizes) >= 400
    assert max(sizes) <= 2500
    assert 1000 <= sum(sizes) / len(sizes) <= 1500


def test_a_branch_refers_to_its_head_office(documents: list[dict[str, Any]]) -> None:
    offices = {found["id"]: found for found in documents if found["@type"] == "Organization"}
    branches = [office for office in offices.values() if not office["isHeadOffice"]]
    assert branches
    for branch in branches:
        head = offices[branch["organizationParentRelationship"]["organization"]["id"]]
        assert head["isHeadOffice"]
        assert head["tradingName"] == branch["tradingName"]


def test_a_household_shares_its_address(documents: list[dict[str, Any]]) -> None:
    people = {found["id"]: found for found in documents if found["@type"] == "Individual"}
    pairs = [
        (person, people[member["partyOrPartyRole"]["id"]])
        for person in people.values()
        for member in person.get("relatedParty", [])
    ]
    assert pairs
    assert all(home(one) == home(other) for one, other in pairs)
    sharing = sum(one["familyName"] == other["familyName"] for one, other in pairs)
    assert sharing > len(pairs) / 2


def home(person: dict[str, Any]) -> dict[str, Any]:
    media = person["contactMedium"]
    return next(medium for medium in media if medium["contactType"] == "homeAddress")


def test_the_dead_are_no_customers_any_more(documents: list[dict[str, Any]]) -> None:
    customers = {
        found["engagedParty"]["id"]: found for found in documents if found["@type"] == "Customer"
    }
    dead = [found for found in documents if found.get("status") == "deceased"]
    assert dead
    for person in dead:
        assert customers[person["id"]]["status"] == "closed"
        assert customers[person["id"]]["validFor"]["endDateTime"] == person["deathDate"]


def test_interactions_come_by_date_most_customers_few_some_dozens(
    documents: list[dict[str, Any]],
) -> None:
    dates: dict[str, list[str]] = {}
    for found in documents:
        if found["@type"] == "PartyInteraction":
            customer = found["relatedParty"][0]["partyOrPartyRole"]["id"]
            dates.setdefault(customer, []).append(found["interactionDate"]["startDateTime"][:10])
    assert all(days == sorted(days) for days in dates.values())
    counts = sorted(map(len, dates.values()))
    assert counts[len(counts) // 2] <= 4
    assert counts[-1] >= 24


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(), first=st.integers(0, 2**40))
def test_any_seed_and_range_keeps_the_promises(seed: int, first: int) -> None:
    records = list(generate(3, seed=seed, first=first))
    apart = [generate(1, seed=seed, first=first + offset) for offset in range(3)]
    assert list(chain.from_iterable(apart)) == records
    assert sum(record.type == "customer" for record in records) == 3
    assert dangling(records) == []
    for found in objects([json.loads(record.body) for record in records]):
        assert RESERVED_MAIL.fullmatch(found.get("emailAddress", "a@example.com"))


def test_services_have_numbers_of_their_own(documents: list[dict[str, Any]]) -> None:
    held: dict[str, list[str]] = {}
    for found in documents:
        if found["@type"] == "Product":
            for service in found["productCharacteristic"]:
                held.setdefault(service["name"], []).append(service["value"])
    assert set(held) == {"MSISDN", "IMSI", "ICCID", "serviceNumber", "accessId"}
    assert all(re.fullmatch("99999[0-9]{10}", value) for value in held["IMSI"])
    assert all(re.fullmatch("89999[0-9]{14}", value) for value in held["ICCID"])
    assert len(set(held["ICCID"])) == len(held["ICCID"])
