"""The mapping at work: what a row becomes."""

from typing import Any

import pytest

from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.transform import Transform, Unmappable
from customer_inventory.kit.ids import bucket_of, derived_id, is_id
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import check

MAPPING = """
source: crm
format: csv
nulls: ["", "-"]
key: no
records:
  individual:
    attributes:
      givenName: {column: first}
      familyName: {column: last}
      contactMedium:
        - contactType: email
          emailAddress: {column: mail}
        - when: {column: phone}
          contactType: phone
          phoneNumber: {template: "+{phone}"}
      partyCharacteristic:
        - name: answer
          value: {constant: {to: [everything, 42]}}
  contact:
    type: individual
    when: {column: contact}
    attributes:
      givenName: {column: contact, split: " ", take: 1}
      familyName: {column: contact, split: " ", take: -1}
  customer:
    attributes:
      name: {template: "{first} ({kind}) {last}"}
      status: {column: kind, values: {P: active, B: closed}}
      statusReason: {when: {column: kind, not: P}, constant: moved}
      engagedParty: {ref: individual}
      relatedParty:
        - role: contact
          partyOrPartyRole: {ref: contact}
      account: [{ref: account}]
  account:
    type: billingAccount
    key: [no, account]
    when: {column: account, equals: [A1, A2]}
    attributes:
      name: Account
      relatedParty: [{partyOrPartyRole: {ref: customer}}]
"""
HEADER = ("no", "first", "last", "mail", "phone", "contact", "kind", "account")
FULL = ["7", "Ada", " Lovelace ", "a@example.com", "44", "Mary Somerville", "B", "A1"]
transform = Transform(parse_mapping(MAPPING, "crm"), HEADER)


def made(row: list[str]) -> dict[str, dict[str, Any]]:
    documents = {}
    for alias, declared, document in transform(row):
        assert check(declared, document) == ()
        documents[alias] = document
    return documents


def test_a_full_row() -> None:
    documents = made(FULL)
    bucket = bucket_of("crm\x1f7")
    person = derived_id(bucket, "crm", "individual", "7")
    contact = derived_id(bucket, "crm", "individual", "contact", "7")
    customer = derived_id(bucket, "crm", "customer", "7")
    account = derived_id(bucket, "crm", "billingAccount", "account", "7", "A1")
    assert documents == {
        "individual": {
            "id": person,
            "givenName": "Ada",
            "familyName": "Lovelace",
            "contactMedium": [
                {"contactType": "email", "emailAddress": "a@example.com"},
                {"contactType": "phone", "phoneNumber": "+44"},
            ],
            "partyCharacteristic": [{"name": "answer", "value": {"to": ["everything", 42]}}],
        },
        "contact": {"id": contact, "givenName": "Mary", "familyName": "Somerville"},
        "customer": {
            "id": customer,
            "name": "Ada (B) Lovelace",
            "status": "closed",
            "statusReason": "moved",
            "engagedParty": {
                "@type": "PartyRef",
                "id": person,
                "@referredType": "Individual",
                "name": "Ada Lovelace",
            },
            "relatedParty": [
                {
                    "role": "contact",
                    "partyOrPartyRole": {
                        "@type": "PartyRef",
                        "id": contact,
                        "@referredType": "Individual",
                        "name": "Mary Somerville",
                    },
                }
            ],
            "account": [
                {
                    "@type": "AccountRef",
                    "id": account,
                    "@referredType": "BillingAccount",
                    "name": "Account",
                }
            ],
        },
        "account": {
            "id": account,
            "name": "Account",
            "relatedParty": [
                {
                    "partyOrPartyRole": {
                        "@type": "PartyRoleRef",
                        "id": customer,
                        "@referredType": "Customer",
                        "name": "Ada (B) Lovelace",
                    }
                }
            ],
        },
    }


def test_all_of_a_row_lies_in_one_bucket() -> None:
    ids = [document["id"] for document in made(FULL).values()]
    assert all(map(is_id, ids))
    assert len({bucket_of(identifier) for identifier in ids}) == 1
    assert len(set(ids)) == 4


def test_what_a_row_does_not_say_is_left_out() -> None:
    documents = made(["7", "Ada", "Lovelace", "-", "", " ", "P", "A9"])
    assert set(documents) == {"individual", "customer"}
    assert "contactMedium" not in documents["individual"]
    customer = documents["customer"]
    assert set(customer) == {"id", "name", "status", "engagedParty"}
    assert customer["name"] == "Ada (P) Lovelace"


def test_a_condition_on_an_empty_column_does_not_hold() -> None:
    assert "statusReason" not in made(["7", "Ada", "Lovelace", "", "", "", "", ""])["customer"]


@pytest.mark.parametrize(
    ("changed", "path", "words"),
    [
        ({0: ""}, "", "column no, part of the key, is empty"),
        ({6: "Q"}, "customer.status", "column kind holds a value that the mapping does not list"),
    ],
)
def test_a_row_that_cannot_be_made_says_why(changed: dict[int, str], path: str, words: str) -> None:
    row = [changed.get(place, cell) for place, cell in enumerate(FULL)]
    with pytest.raises(Unmappable) as caught:
        transform(row)
    assert [(each.path, each.message) for each in caught.value.problems] == [(path, f"{words}.")]


NESTED = """
source: crm
format: ndjson
key: account.no
records:
  individual:
    attributes:
      givenName: {column: person.first}
      familyName: {column: person.last}
      partyCharacteristic:
        - name: vip
          value: {column: flags.vip, as: boolean}
        - name: score
          value: {column: score, as: number}
        - name: tags
          value: {column: tags, as: any}
"""
nested = Transform(parse_mapping(NESTED, "crm"))


def test_a_row_of_json_is_read_by_paths() -> None:
    row = {
        "account": {"no": 7},
        "person": {"first": "Ada", "last": "Lovelace"},
        "flags": {"vip": True},
        "score": 1.5,
        "tags": ["a", {"b": 1}],
    }
    [(_, declared, document)] = nested(row)
    assert declared is TYPES["individual"]
    facts = {each["name"]: each["value"] for each in document["partyCharacteristic"]}
    assert facts == {"vip": True, "score": 1.5, "tags": ["a", {"b": 1}]}
    assert document["id"] == derived_id(bucket_of("crm\x1f7"), "crm", "individual", "7")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"account": {"no": [7]}}, "holds an object or a list"),
        ({"account": 7}, "is empty"),
        ({"account": {"no": None}}, "is empty"),
        ({"account": {"no": 7}, "person": {"first": {}, "last": "L"}}, "as: any"),
        ({"account": {"no": 7}, "score": True}, "number"),
    ],
)
def test_a_row_of_json_that_cannot_be_made(row: dict[str, Any], words: str) -> None:
    with pytest.raises(Unmappable) as caught:
        nested(row)
    assert words in str(caught.value)
