"""Forty rules on individuals, each twice: as a requirement, and as SQL written by hand."""

from collections.abc import Iterable
from typing import Any

from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.rule import Rule
from customer_inventory.requirements.requirement import Data, Requirement

Pair = tuple[dict[str, Any], str]

_THERE = (
    "givenName", "familyName", "name", "formattedName", "gender", "birthDate", "placeOfBirth",
    "countryOfBirth", "nationality", "status",
)  # fmt: skip
_LONGEST = {
    "givenName": 60, "familyName": 60, "name": 120, "formattedName": 120, "placeOfBirth": 60,
    "title": 20, "nationality": 2, "countryOfBirth": 2,
}  # fmt: skip
_FORMS = {
    "birthDate": "^[12][0-9]{3}-", "nationality": "^[A-Z]{2}$", "countryOfBirth": "^[A-Z]{2}$",
    "givenName": "^[^ ]", "familyName": "^[^ ]", "name": " ", "placeOfBirth": "^[^ ]",
    "title": "[A-Za-z]",
}  # fmt: skip
_VALUES = {
    "gender": ("female", "male", "diverse"), "status": ("validated", "initialized"),
    "@type": ("Individual",), "maritalStatus": ("single", "married"),
}  # fmt: skip
_IN_LISTS = {
    ("contactMedium", "emailAddress"): "^[^@ ]+@[^@ ]+$",
    ("contactMedium", "phoneNumber"): "^[+][0-9]+$",
    ("contactMedium", "postCode"): "^[A-Z0-9 -]+$",
    ("languageAbility", "languageCode"): "^[a-z]{2}$",
}
_WHEN = {
    "birthDate": ("status", "validated"), "placeOfBirth": ("status", "validated"),
    "gender": ("nationality", "DE"), "familyName": ("gender", "female"),
    "formattedName": ("gender", "male"), "nationality": ("countryOfBirth", "DE"),
}  # fmt: skip


def pairs() -> list[Pair]:
    """Return the rules: what is required of which path, and the SQL of a failure over `b`."""
    found: list[Pair] = [
        ({"path": name, "obligation": "mandatory"}, f"NOT b ? '{name}'") for name in _THERE
    ]
    found += [
        ({"path": name, "data": Data(max_length=most)}, f"length(b ->> '{name}') > {most}")
        for name, most in _LONGEST.items()
    ]
    found += [
        ({"path": name, "data": Data(pattern=form)}, f"b ->> '{name}' !~ '{form}'")
        for name, form in _FORMS.items()
    ]
    found += [
        (
            {"path": name, "data": Data(values=values)},
            f"b ->> '{name}' NOT IN ({_quoted(values)})",
        )
        for name, values in _VALUES.items()
    ]
    found += [
        (
            {"path": f"{name}.{inner}", "data": Data(pattern=form)},
            (
                f"EXISTS (SELECT FROM jsonb_array_elements(b -> '{name}') AS m (x)"
                f" WHERE m.x ->> '{inner}' !~ '{form}')"
            ),
        )
        for (name, inner), form in _IN_LISTS.items()
    ]
    found += [
        (
            {
                "path": name,
                "obligation": "conditional",
                "when": {"attribute": other, "is": value},
            },
            f"b ->> '{other}' = '{value}' AND NOT b ? '{name}'",
        )
        for name, (other, value) in _WHEN.items()
    ]
    return found


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{each}'" for each in values)


def rules() -> list[Rule]:
    """Return the rules as the product makes them of requirements."""
    made = [
        Requirement(
            id=f"REQ-{700 + number}", type="individual", name=said["path"], definition="D", **said
        )
        for number, (said, _) in enumerate(pairs())
    ]
    return compiled(made)


TEN = (
    ("given_name", "missing", None),
    ("birth_date", "missing", None),
    ("gender", "missing", None),
    ("place_of_birth", "missing", None),
    ("gender", "values", ("female", "male", "diverse")),
    ("status", "values", ("validated", "initialized")),
    ("nationality", "pattern", "^[A-Z]{2}$"),
    ("birth_date", "pattern", "^[12][0-9]{3}-"),
    ("given_name", "pattern", "^[^ ]"),
    ("family_name", "longest", 60),
)
"""Ten of them, for libraries: column, kind, and what is required."""


def ten() -> list[Rule]:
    """Return the same ten as the product makes them."""
    paths = {
        "given_name": "givenName", "family_name": "familyName", "birth_date": "birthDate",
        "place_of_birth": "placeOfBirth",
    }  # fmt: skip
    made = []
    for number, (column, kind, what) in enumerate(TEN):
        wanted: Any = what
        said: dict[str, Any] = {"obligation": "mandatory"}
        if kind != "missing":
            key = {"values": "values", "pattern": "pattern", "longest": "max_length"}[kind]
            said = {"data": Data(**{key: wanted})}
        path = paths.get(column, column)
        made.append(
            Requirement(
                id=f"REQ-{800 + number}", type="individual", path=path, name=path, definition="D",
                **said,
            )
        )  # fmt: skip
    return compiled(made)
