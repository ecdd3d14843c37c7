"""The normal form: one subject, however it is written."""

import pytest

from customer_inventory.capture.matching import name
from customer_inventory.capture.matching.normal import organisation, person


def medium(**values: str) -> dict[str, str]:
    return {"@type": "ContactMedium", **values}


def test_a_person_however_it_is_written() -> None:
    one = person(
        "1",
        {
            "givenName": "José",
            "familyName": "Müller-Lüdenscheidt",
            "birthDate": "1980-05-02T00:00:00Z",
            "contactMedium": [
                medium(street1="Hauptstraße 12a", postCode="10 115", city="Berlin", country="DE"),
                medium(phoneNumber="+49 171 39200-12"),
                medium(emailAddress="Jose.Muller+shop@GoogleMail.com"),
            ],
            "individualIdentification": [
                {"identificationType": "passport", "identificationId": "c-01 x00"}
            ],
        },
    )
    other = person(
        "2",
        {
            "givenName": "JOSE",
            "familyName": "Muller Ludenscheidt",
            "birthDate": "1980-05-02",
            "contactMedium": [
                medium(street1="12 Hauptstr.", postCode="10115", city="BERLIN", country="DE"),
                medium(phoneNumber="0171/3920012"),
                medium(emailAddress="josemuller@gmail.com"),
            ],
            "individualIdentification": [
                {"identificationType": "Passport", "identificationId": "C01X00"}
            ],
        },
    )
    assert other == type(one)(**{**{n: getattr(one, n) for n in one.__slots__}, "id": "2"})
    assert one.ids == ("passport|C01X00",)
    assert "pepe" in name.shorts("jose")


@pytest.mark.parametrize(
    ("short", "formal"), [("bill", "william"), ("uschi", "ursula"), ("paco", "francisco")]
)
def test_short_names_stand_for_formal_ones(short: str, formal: str) -> None:
    assert formal in name.formals(short)
    assert short in name.shorts(formal)


@pytest.mark.parametrize(
    ("text", "core", "branch"),
    [
        ("Müller & Söhne G.m.b.H.", "muller sohne", ""),
        ("MUELLER UND SOEHNE GMBH", "mueller soehne", ""),
        ("The Acme Trading Company Ltd.", "acme trading", ""),
        ("Acme GmbH & Co. KG Niederlassung Köln", "acme", "koln"),
        ("Limited", "limited", ""),
        ("", "", ""),
    ],
)
def test_companies_by_their_core(text: str, core: str, branch: str) -> None:
    assert name.company(text) == (core, branch)


def test_what_is_no_text_is_nothing() -> None:
    odd = {"givenName": 7, "familyName": None, "contactMedium": "x", "birthDate": "soon"}
    found = person("1", odd)
    assert (found.given, found.family, found.birth, found.phones) == (None, None, None, ())
    named = organisation("2", {"name": "Ärzte", "contactMedium": [None, {"emailAddress": "@"}]})
    assert (named.org, named.emails) == ("arzte", ())
