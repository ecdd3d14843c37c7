"""Models: kept and read the same, explained, and the same in SQL as in Python."""

from dataclasses import replace
from itertools import combinations

import pytest

from bench.hard_set import HardSet
from customer_inventory.capture.matching.compare import COMPARISONS, conflicts
from customer_inventory.capture.matching.default import default
from customer_inventory.capture.matching.level import Comparison
from customer_inventory.capture.matching.model import LEAST_WEIGHT, Model
from customer_inventory.capture.matching.normal import MATCHED, normal, organisation, person
from customer_inventory.capture.matching.tree import Trees

ADA = {"givenName": "Ada", "familyName": "Lovelace", "birthDate": "1990-12-10"}
MAIL = {"contactMedium": [{"emailAddress": "ada@lovelace.example"}]}


@pytest.mark.parametrize("kind", MATCHED)
def test_a_model_is_read_as_it_was_kept(kind: str) -> None:
    model = default(kind)
    again = Model.read(model.to_json())
    assert again.sha256 == model.sha256
    assert again.shares == model.shares
    assert model.trees is not None


def test_a_score_says_what_speaks_for_it() -> None:
    one, other = person("1", {**ADA, **MAIL}), person("2", {**ADA, **MAIL, "familyName": "Lovlace"})
    score = default("individual").score(one, other)
    assert score.probability > 0.8
    said = {each.name: (each.level, each.weight > 0) for each in score.reasons}
    assert said == {
        "given": ("same", True),
        "family": ("misspelt", True),
        "birth": ("same", True),
        "email": ("same", True),
    }


def test_those_of_one_household_are_not_one() -> None:
    home = [
        {"street1": "Hauptstr. 1", "postCode": "10115", "city": "Berlin", "country": "DE"},
        {"phoneNumber": "+493012345678"},
    ]
    one = person("1", {**ADA, "contactMedium": home})
    other = person(
        "2",
        {**ADA, "givenName": "William", "birthDate": "1988-01-02", "contactMedium": home},
    )
    score = default("individual").score(one, other)
    assert score.probability < 0.2
    assert conflicts("individual", score.at) == ("birth", "given")


def test_a_branch_is_not_its_head_office() -> None:
    reach = [{"phoneNumber": "+493012345678"}, {"emailAddress": "info@zorblatt.example"}]
    head = {"street1": "Hauptstr. 1", "postCode": "10115", "city": "Berlin", "country": "DE"}
    there = {"street1": "Am Markt 7", "postCode": "50667", "city": "Köln", "country": "DE"}
    model = default("organization")
    names = ("Zorblatt GmbH", "Zorblatt GmbH Filiale Köln", "Zorblatt Filiale Bonn")
    forms = [
        organisation(str(number), {"name": name, "contactMedium": [place, *reach]})
        for number, (name, place) in enumerate(zip(names, (head, there, there), strict=True))
    ]
    for one, other in combinations(forms, 2):
        assert model.score(one, other).probability < 0.05
    again = organisation("9", {"name": "Zorblatt Filiale Köln", "contactMedium": [there, *reach]})
    assert model.score(forms[1], again).probability > 0.8


def test_of_what_no_batch_compares_the_first_stage_judges() -> None:
    """Trees that call everything alike are not asked of pairs which they were never taught by."""
    certain = replace(default("organization"), trees=Trees({"trees": [[[-1], [10.0], [0]]]}))
    there = {"street1": "Am Markt 7", "postCode": "50667", "city": "Köln", "country": "DE"}
    one = organisation("1", {"name": "Zorblatt GmbH", "contactMedium": [there, *_called("30")]})
    near = organisation("2", {"name": "Zorblat GmbH", "contactMedium": [there, *_called("40")]})
    away = {**there, "street1": "Hauptstr. 1", "postCode": "10115", "city": "Berlin"}
    far = organisation("3", {"name": "Quintavalle", "contactMedium": [away, *_called("50")]})
    assert certain.score(one, near).probability > 0.99
    assert certain.score(one, far).weight < LEAST_WEIGHT
    assert certain.score(one, far).probability < 0.01


def _called(area: str) -> list[dict[str, str]]:
    return [{"phoneNumber": f"+49{area}12345678"}]


@pytest.mark.parametrize("kind", MATCHED)
def test_levels_are_the_same_in_sql(kind: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    from customer_inventory.capture.matching.staging import Stage

    drawn = [each for each in HardSet(5).records(600) if each[0] == kind][:120]
    forms = [normal(kind, identifier, document) for _, identifier, document, _ in drawn]
    connection = duckdb.connect()
    stage = Stage(connection, kind)
    stage.add(forms)
    sides = ", ".join(
        f'{side}."{name}" AS "{name}_{side}"' for side in "lr" for name in forms[0].__slots__
    )
    told = ", ".join(
        f'CASE WHEN {each.absent.sql} THEN -1 {_whens(each)} ELSE 0 END AS "{each.name}"'
        for each in COMPARISONS[kind]
    )
    rows = connection.execute(
        f"SELECT one, other, {told} FROM (SELECT l.unique_id AS one, r.unique_id AS other, {sides}"
        " FROM staged AS l INNER JOIN staged AS r ON l.unique_id < r.unique_id)"
    ).fetchall()
    assert len(rows) == len(list(combinations(forms, 2)))
    for one, other, *levels in rows:
        ours = [each.level(forms[one], forms[other]) for each in COMPARISONS[kind]]
        assert ours == levels, (forms[one], forms[other])


def _whens(each: Comparison) -> str:
    return " ".join(
        f"WHEN {level.sql} THEN {len(each.levels) - number}"
        for number, level in enumerate(each.levels)
    )
