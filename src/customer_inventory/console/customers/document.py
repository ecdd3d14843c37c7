"""Documents for people: what they say in short, and their values one by one, to be changed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple

from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document
from customer_inventory.record.document import MANAGED

Kind = Literal["text", "number", "flag"]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_SHORT = 120

LABELS: Mapping[str, str] = {
    "givenName": mark("Given name"), "familyName": mark("Family name"), "name": mark("Name"),
    "formattedName": mark("Name as written"), "title": mark("Title"), "gender": mark("Gender"),
    "birthDate": mark("Date of birth"), "placeOfBirth": mark("Place of birth"),
    "countryOfBirth": mark("Country of birth"), "nationality": mark("Nationality"),
    "maritalStatus": mark("Marital status"), "status": mark("Status"),
    "statusReason": mark("Reason of status"), "description": mark("Description"),
    "role": mark("Role"), "state": mark("State"), "accountType": mark("Kind of account"),
    "paymentStatus": mark("Payment"), "lastUpdate": mark("Last update"),
    "contactMedium": mark("Contact"), "contactType": mark("Kind of contact"),
    "emailAddress": mark("E-mail address"), "phoneNumber": mark("Telephone number"),
    "street1": mark("Street"), "street2": mark("Street, second line"), "city": mark("City"),
    "postCode": mark("Post code"), "stateOrProvince": mark("State or province"),
    "country": mark("Country"), "preferred": mark("Preferred"), "validFor": mark("Valid"),
    "startDateTime": mark("from"), "endDateTime": mark("until"), "engagedParty": mark("Party"),
    "tradingName": mark("Trading name"), "organizationType": mark("Kind of organisation"),
    "agreementType": mark("Kind of agreement"), "initialDate": mark("Signed"),
    "agreementPeriod": mark("Runs"), "characteristic": mark("Characteristic"),
    "partyCharacteristic": mark("Characteristic"), "value": mark("Value"),
    "relatedParty": mark("Related party"), "startDate": mark("Begins"),
    "terminationDate": mark("Ends"), "direction": mark("Direction"), "reason": mark("Reason"),
    "homeAddress": mark("Home address"), "postalAddress": mark("Postal address"),
    "privateEmail": mark("Private e-mail"), "workEmail": mark("E-mail at work"),
    "mobilePhone": mark("Mobile telephone"), "homePhone": mark("Telephone at home"),
    "workPhone": mark("Telephone at work"), "billingContact": mark("Contact for bills"),
    "languageAbility": mark("Language ability"), "languageCode": mark("Language code"),
    "languageName": mark("Language name"), "isFavouriteLanguage": mark("Favourite language"),
    "paymentMethod": mark("Payment method"), "creditProfile": mark("Credit profile"),
    "market": mark("Market"), "segment": mark("Segment"), "brand": mark("Brand"),
    "householdMember": mark("Household member"),
    "creationDate": mark("Made"), "severity": mark("Severity"), "priority": mark("Priority"),
}  # fmt: skip
"""What attributes are called for people; any other is called by its own name, in words."""


class Leaf(NamedTuple):
    """One value of a document: where it stands, as what it is typed, and how it is written."""

    path: str
    kind: Kind
    text: str


def leaves(document: Document) -> list[Leaf]:
    """Return the values of a document that people change, in its order.

    What records are known by, types, and references to other records are not among them.
    """
    return list(_leaves(document, ""))


def _leaves(node: Any, path: str) -> Iterator[Leaf]:
    if isinstance(node, dict):
        for name, inner in _values_of(node, path):
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for place, inner in enumerate(node):
            yield from _leaves(inner, f"{path}[{place}]")
    elif node is not None:
        yield Leaf(path, *_written(node))


def _values_of(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Yield what of an object people change; nothing of a reference to another record."""
    if path and "id" in node and "@referredType" in node:
        return
    for name, inner in node.items():
        if name not in MANAGED and not name.startswith("@"):
            yield name, inner


def _written(value: Any) -> tuple[Kind, str]:
    if isinstance(value, bool):
        return "flag", "true" if value else "false"
    if isinstance(value, str):
        return "text", value
    return "number", f"{value:f}" if isinstance(value, Decimal) else str(value)


def changed(document: Document, texts: Mapping[str, tuple[Kind, str]]) -> Document:
    """Return a document with values put at paths; an empty text takes the value away.

    Raises Invalid, naming the path, for a text that is no number or flag, or a path that leads
    nowhere.
    """
    made = deepcopy(document)
    for path, (kind, text) in texts.items():
        try:
            _put(made, steps_of(path), None if text == "" else _value(path, kind, text))
        except (KeyError, IndexError, TypeError):
            raise Invalid("is not there any more.", path=path) from None
    return made


def _put(node: Any, steps: Sequence[str | int], value: Any) -> None:
    for step in steps[:-1]:
        node = node[step]
    last = steps[-1]
    if value is None and isinstance(node, dict):
        node.pop(last, None)
    else:
        node[last] = "" if value is None else value


def steps_of(path: str) -> list[str | int]:
    """Return the steps of a path: `contactMedium[0].city` has three."""
    found = [name or int(place) for name, place in _STEP.findall(path)]
    if not found:
        raise Invalid("is no path.", path=path)
    return found


def _value(path: str, kind: Kind, text: str) -> Any:
    if kind == "flag":
        if text not in ("true", "false"):
            raise Invalid("must be yes or no.", path=path)
        return text == "true"
    if kind == "number":
        try:
            number = Decimal(text.strip().replace(",", "."))
        except InvalidOperation:
            raise Invalid("must be a number.", path=path) from None
        return int(number) if number == number.to_integral_value() and "." not in text else number
    return text


def label_of(path: str) -> list[tuple[str, int | None]]:
    """Return the words of a path: what each step is called, and its place in a list, from 1."""
    words: list[tuple[str, int | None]] = []
    for step in steps_of(path):
        if isinstance(step, int):
            words[-1] = (words[-1][0], step + 1)
        else:
            words.append((LABELS.get(step, in_words(step)), None))
    return words


def in_words(name: str) -> str:
    """Return a name in camel case as words."""
    told = _WORDS.sub(" ", name)
    return told[:1].upper() + told[1:].lower()


def facts(document: Document) -> list[tuple[str, str]]:
    """Return the values of the first level, characteristics too: pairs of label and text."""
    found = []
    for name, value in document.items():
        if name in MANAGED or name.startswith("@") or value is None:
            continue
        if isinstance(value, list) and name.lower().endswith("characteristic"):
            found += [
                (in_words(str(each.get("name", ""))), in_short(each.get("value")))
                for each in value
                if isinstance(each, dict)
            ]
        else:
            label = LABELS.get(name, in_words(name))
            found += [_fact(label, each) for each in _several(value)]
    return [(label, text) for label, text in found if text]


def _fact(label: str, value: Any) -> tuple[str, str]:
    """Return a value by its label: an item that says what kind it is by that."""
    kind = value.get("contactType") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        return label, in_short(value)
    rest = {name: each for name, each in value.items() if name != "contactType"}
    return LABELS.get(kind, in_words(kind)), in_short(rest)


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def in_short(value: Any) -> str:
    """Return a value as a line: the names or texts in it, one behind the other."""
    if isinstance(value, dict):
        return _cut(_of_object(value))
    if isinstance(value, list):
        return _cut("; ".join(part for part in map(in_short, value) if part))
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, str) and _is_midnight(value):
        return value[:10]
    return "" if value is None else _cut(str(value))


def _of_object(value: Mapping[str, Any]) -> str:
    if isinstance(value.get("name"), str) and ("id" in value or "@referredType" in value):
        return str(value["name"])
    if {"startDateTime", "endDateTime"} & value.keys():
        return f"{_day(value.get('startDateTime'))}{_TO}{_day(value.get('endDateTime'))}"
    if value.keys() == {"unit", "value"}:
        return f"{in_short(value['value'])} {value['unit']}"
    parts = [in_short(v) for k, v in value.items() if not k.startswith("@") and k not in _LEFT]
    return ", ".join(part for part in parts if part)


_TO = " \N{EN DASH} "
_LEFT = ("id", "href", "validFor", "preferred", "valueType")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHORT else f"{text[: _LONGEST_SHORT - 1]}…"


def _is_midnight(text: str) -> bool:
    return text.endswith("T00:00:00Z") and len(text) == len("2026-01-01T00:00:00Z")


def _day(text: str | None) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return text
