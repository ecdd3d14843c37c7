"""What is compared of two records of a type, and in what they contradict each other."""

from collections.abc import Mapping
from typing import Any, cast

from customer_inventory.capture.matching.level import (
    Comparison,
    Level,
    alike,
    empty,
    first_near,
    missing,
    near,
    same,
    shared,
    written_alike,
)
from customer_inventory.capture.matching.normal import Normal, Person


def _part_of(one: str, other: str) -> bool:
    return one.startswith(f"{other} ") or other.startswith(f"{one} ")


def _initial_or_sound(one: Person, other: Person) -> bool:
    a, b = one.given or "", other.given or ""
    is_initial = a[0] == b[0] and 1 in (len(a), len(b))
    return one.given_sound == other.given_sound or is_initial


_GIVEN = Comparison(
    "given",
    missing("given"),
    (
        same("given"),
        shared("formals", "nickname"),
        Level("swapped", "given_l = family_r", lambda one, other: one.given == other.family),
        written_alike("given", 0.9),
        Level(
            "sounds alike",
            "given_sound_l = given_sound_r OR (given_l[1] = given_r[1]"
            " AND (length(given_l) = 1 OR length(given_r) = 1))",
            _initial_or_sound,
        ),
    ),
    frequency="given",
)
_FAMILY = Comparison(
    "family",
    missing("family"),
    (
        same("family"),
        Level("swapped", "family_l = given_r", lambda one, other: one.family == other.given),
        written_alike("family", 0.92),
        Level(
            "sounds alike",
            "family_sound_l = family_sound_r OR starts_with(family_l, family_r || ' ')"
            " OR starts_with(family_r, family_l || ' ')",
            lambda one, other: (
                one.family_sound == other.family_sound or _part_of(one.family, other.family)
            ),
        ),
    ),
    frequency="family",
)


def _day_month(one: Person, other: Person) -> bool:
    a, b = cast("str", one.birth), cast("str", other.birth)
    return a[:4] == b[:4] and a[5:7] == b[8:10] and a[8:10] == b[5:7]


def _default_date(one: Person, other: Person) -> bool:
    a, b = cast("str", one.birth), cast("str", other.birth)
    return a[:4] == b[:4] and (a.endswith("-01-01") or b.endswith("-01-01"))


_BIRTH = Comparison(
    "birth",
    missing("birth"),
    (
        same("birth"),
        Level(
            "day and month swapped",
            "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
            " AND substr(birth_l, 6, 2) = substr(birth_r, 9, 2)"
            " AND substr(birth_l, 9, 2) = substr(birth_r, 6, 2)",
            _day_month,
        ),
        Level(
            "one digit off",
            "damerau_levenshtein(birth_l, birth_r) <= 1",
            lambda one, other: near(one.birth, other.birth),
        ),
        Level(
            "year alone",
            "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
            " AND (birth_l LIKE '%-01-01' OR birth_r LIKE '%-01-01')",
            _default_date,
        ),
    ),
)
_EMAIL = Comparison(
    "email",
    empty("emails"),
    (shared("emails"), first_near("emails"), shared("locals", "same before the @")),
)
_PHONE = Comparison("phone", empty("phones"), (shared("phones"), first_near("phones")))
_IDENTIFIER = Comparison(
    "identifier",
    Level(
        "absent",
        "NOT list_has_any(kinds_l, kinds_r)",
        lambda one, other: set(one.kinds).isdisjoint(other.kinds),
    ),
    (shared("ids"), first_near("ids")),
)


def _no_address(one: Normal, other: Normal) -> bool:
    return (one.street is None or other.street is None) and (one.post is None or other.post is None)


def _equal(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _in_one_place(one: Normal, other: Normal) -> bool:
    return _equal(one.post, other.post) or _equal(one.city, other.city)


def _one_house(one: Normal, other: Normal) -> bool:
    return _equal(one.number, other.number) and _in_one_place(one, other)


_PLACE = "(post_l = post_r OR city_l = city_r)"
_ADDRESS = Comparison(
    "address",
    Level(
        "absent",
        "(street_l IS NULL OR street_r IS NULL) AND (post_l IS NULL OR post_r IS NULL)",
        _no_address,
    ),
    (
        Level(
            "same",
            f"number_l = number_r AND street_l = street_r AND {_PLACE}",
            lambda one, other: _one_house(one, other) and _equal(one.street, other.street),
        ),
        Level(
            "misspelt",
            f"number_l = number_r AND {_PLACE}"
            " AND jaro_winkler_similarity(street_l, street_r) >= 0.9",
            lambda one, other: (
                _one_house(one, other)
                and one.street is not None
                and other.street is not None
                and alike(one.street, other.street, 0.9)
            ),
        ),
        Level(
            "same street",
            f"street_l = street_r AND {_PLACE}",
            lambda one, other: _in_one_place(one, other) and _equal(one.street, other.street),
        ),
        Level("same post code", "post_l = post_r", lambda one, other: _equal(one.post, other.post)),
        Level("same city", "city_l = city_r", lambda one, other: _equal(one.city, other.city)),
    ),
)
_ORG = Comparison(
    "name",
    missing("org"),
    (
        same("org"),
        Level(
            "misspelt",
            "sorted_l = sorted_r OR jaro_winkler_similarity(org_l, org_r) >= 0.95"
            " OR damerau_levenshtein(org_l, org_r) <= 1",
            lambda one, other: (
                one.sorted == other.sorted
                or alike(one.org, other.org, 0.95)
                or near(one.org, other.org)
            ),
        ),
        Level(
            "a part of it",
            "starts_with(org_l, org_r || ' ') OR starts_with(org_r, org_l || ' ')"
            " OR org_sound_l = org_sound_r",
            lambda one, other: _part_of(one.org, other.org) or one.org_sound == other.org_sound,
        ),
        Level(
            "alike",
            "jaro_winkler_similarity(org_l, org_r) >= 0.88",
            lambda one, other: alike(one.org, other.org, 0.88),
        ),
    ),
    frequency="org",
)
_BRANCH = Comparison(
    "branch",
    Level(
        "absent",
        "branch_l IS NULL AND branch_r IS NULL",
        lambda one, other: one.branch is None and other.branch is None,
    ),
    (
        same("branch"),
        Level(
            "of one alone",
            "branch_l IS NULL OR branch_r IS NULL",
            lambda one, other: one.branch is None or other.branch is None,
        ),
    ),
)
_ORG_EMAIL = Comparison(
    "email",
    empty("emails"),
    (shared("emails"), first_near("emails"), shared("domains", "same domain")),
)

COMPARISONS: Mapping[str, tuple[Comparison, ...]] = {
    "individual": (
        _GIVEN,
        _FAMILY,
        _BIRTH,
        Comparison("gender", missing("gender"), (same("gender"),)),
        Comparison("generation", missing("generation"), (same("generation"),)),
        _EMAIL,
        _PHONE,
        _IDENTIFIER,
        _ADDRESS,
    ),
    "organization": (_ORG, _BRANCH, _ORG_EMAIL, _PHONE, _IDENTIFIER, _ADDRESS),
}
"""What is compared of the records of a type, in the order in which it is told."""


def levels(record_type: str, one: Normal, other: Normal) -> dict[str, int]:
    """Return the number of the level at which two records are, by comparison."""
    return {each.name: each.level(one, other) for each in COMPARISONS[record_type]}


def conflicts(record_type: str, at: Mapping[str, int]) -> tuple[str, ...]:
    """Return what two records contradict each other in: such are never merged unasked.

    A strong identifier of one kind with two values, both with a birth date and neither like the
    other, two generations, two branches, names without likeness.
    """
    telling = ("identifier", "birth", "generation", "given", "branch", "name")
    known = {each.name for each in COMPARISONS[record_type]}
    return tuple(name for name in telling if name in known and at.get(name) == 0)


def apart(record_type: str, at: Mapping[str, Any]) -> Any:
    """Tell whether records are declared not to be one, whatever a model has learnt.

    Another branch, or a branch and who names none at another address: branches share names,
    telephones and addresses of e-mail with their head office and have no identifiers of their own
    that would teach it. `at` has numbers of levels, or arrays of them for many pairs.
    """
    if record_type != "organization":
        return at["given"] != at["given"]
    elsewhere = (at["address"] >= 0) & (at["address"] <= _SAME_POST_CODE)
    return (at["branch"] == 0) | ((at["branch"] == 1) & elsewhere)


_SAME_POST_CODE = 2
"""The level of addresses of one post code; those below say less."""

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "individual": {
        "given": "givenName",
        "family": "familyName",
        "birth": "birthDate",
        "gender": "gender",
        "generation": "generation",
        "email": "contactMedium.emailAddress",
        "phone": "contactMedium.phoneNumber",
        "identifier": "individualIdentification.identificationId",
        "address": "contactMedium.street1",
    },
    "organization": {
        "name": "name",
        "branch": "name",
        "email": "contactMedium.emailAddress",
        "phone": "contactMedium.phoneNumber",
        "identifier": "organizationIdentification.identificationId",
        "address": "contactMedium.street1",
    },
}
"""The attribute that a comparison tells of, by type and its name: for masks."""
