"""Filters of lists: every operator in every spelling, by paths through objects and lists."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document, ids_of, made

PEOPLE: dict[str, Document] = {
    "Åsa": {
        "status": "validated",
        "birthDate": "1980-05-17",
        "contactMedium": [
            {"emailAddress": "asa@example.com", "city": "Malmö", "preferred": True},
            {"phoneNumber": "+46 40 123", "preferred": False},
        ],
        "creditRating": [{"creditAgencyName": "A", "ratingScore": 720}],
        "score": 9,
    },
    "Bo": {
        "status": "initialized",
        "birthDate": "1990-01-02",
        "contactMedium": [{"emailAddress": "bo@example.com", "city": "Lund"}],
        "creditRating": [{"creditAgencyName": "B", "ratingScore": 80}],
        "title": "100%",
        "score": 10,
        "vip": True,
    },
    "Cy_d": {
        "birthDate": "2001-12-31",
        "title": "100x",
        "score": 10.5,
        "vip": False,
        "nationality": "a,b;c=d&e",
        "x-odd_name": {"@kind": {"deep-er": "here"}},
    },
    "Dan=iel": {"title": "=~x", "nationality": "naïve façade 東京 🚀", "score": "10"},
}


@pytest.fixture(scope="module")
async def people(shared: Service) -> tuple[Service, dict[str, str]]:
    """The service with four people, and their ids by name."""
    names = {}
    for name, attributes in PEOPLE.items():
        body: dict[str, Any] = {"status": None, "contactMedium": None, "creditRating": None}
        document = {"@type": "Individual", "givenName": name, "familyName": "Filter"}
        kept = {key: value for key, value in (body | attributes).items() if value is not None}
        answer = await shared.client.post(PATHS["individual"], json={**document, **kept})
        assert answer.status_code == 201, answer.text
        names[answer.json()["id"]] = name
    return shared, names


def encoded(text: str) -> str:
    return quote(text, safe="")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # equality on a search column and on the document, in each spelling
        ("givenName=Bo", "Bo"),
        ("givenName==Bo", "Bo"),
        ("givenName.eq=Bo", "Bo"),
        ("givenName%3D%3DBo", "Bo"),
        ("title=100%25", "Bo"),
        ("title==100%25", "Bo"),
        ("title.eq=100%25", "Bo"),
        ("givenName=bo", ""),
        ("givenName=", ""),
        ("title=", ""),
        # to differ: only those that have the attribute
        ("status.ne=validated", "Bo"),
        ("status!=validated", "Bo"),
        ("status%21%3Dvalidated", "Bo"),
        ("status<>validated", "Bo"),
        ("title.ne=100x", "Bo Dan=iel"),
        ("title.ne=100x&title.ne=100%25", "Dan=iel"),
        ("givenName!=Bo&givenName!=Cy_d", "Åsa Dan=iel"),
        # less and more, on text, numbers and instants
        ("givenName.gt=Bo", "Åsa Cy_d Dan=iel"),
        ("givenName>Bo", "Åsa Cy_d Dan=iel"),
        ("givenName.gte=Cy_d", "Åsa Cy_d Dan=iel"),
        ("givenName>=Cy_d", "Åsa Cy_d Dan=iel"),
        ("givenName%3E%3DCy_d", "Åsa Cy_d Dan=iel"),
        ("givenName%3E=Cy_d", "Åsa Cy_d Dan=iel"),
        ("givenName.lt=Cy_d", "Bo"),
        ("givenName<Cy_d", "Bo"),
        ("givenName.lte=Cy_d", "Bo Cy_d"),
        ("givenName<=Cy_d", "Bo Cy_d"),
        ("score=10", "Bo Dan=iel"),
        ("score=10.0", "Bo"),
        ("score.gt=9", "Bo Cy_d"),
        ("score.gte=10", "Bo Cy_d Dan=iel"),
        ("score<10", "Åsa"),
        ("score.lte=10.5&score.gt=9", "Bo Cy_d"),
        ("birthDate.gte=1990-01-02&birthDate.lt=2001-12-31", "Bo"),
        # booleans
        ("vip=true", "Bo"),
        ("vip=false", "Cy_d"),
        ("vip.ne=true", "Cy_d"),
        # paths through lists
        ("contactMedium.emailAddress=bo@example.com", "Bo"),
        ("contactMedium.emailAddress=bo%40example.com", "Bo"),
        ("contactMedium.phoneNumber=%2B46 40 123", "Åsa"),
        ("contactMedium.phoneNumber=%2B46+40+123", "Åsa"),
        ("contactMedium.preferred=false", "Åsa"),
        ("contactMedium.city=Lund&contactMedium.emailAddress=bo@example.com", "Bo"),
        ("creditRating.ratingScore.gt=500", "Åsa"),
        ("creditRating.ratingScore.lte=80", "Bo"),
        ("x-odd_name.@kind.deep-er=here", "Cy_d"),
        ("contactMedium.city.nothing=Lund", ""),
        # any of several
        ("givenName=Bo,Cy_d", "Bo Cy_d"),
        ("title=100%25,100x", "Bo Cy_d"),
        ("givenName=Bo&givenName=Cy_d", "Bo Cy_d"),
        ("title=100%25&title=100x", "Bo Cy_d"),
        ("givenName=Bo;givenName=Cy_d", "Bo Cy_d"),
        ("givenName.gt=Zzz;givenName.gt=Cy_d", "Åsa Dan=iel"),
        ("score.gt=10&score.gt=9", "Bo Cy_d"),
        # a comma belongs to the value after any other operator than a plain =
        ("nationality=" + encoded("a,b;c=d&e"), ""),
        ("nationality.eq=" + encoded("a,b;c=d&e"), "Cy_d"),
        ("nationality==" + encoded("a,b;c=d&e"), "Cy_d"),
        ("nationality.ne=" + encoded("a,b;c=d&e"), "Dan=iel"),
        # patterns
        ("givenName.regex=^(B|C)", "Bo Cy_d"),
        ("givenName*=^(B|C)", "Bo Cy_d"),
        ("givenName=~^(B|C)", "Bo Cy_d"),
        ("givenName%2A%3D%5EB", "Bo"),
        ("givenName%3D~%5EB", "Bo"),
        ("title.regex=^100", "Bo Cy_d"),
        ("title*=x$", "Cy_d Dan=iel"),
        ("contactMedium.emailAddress.regex=^a.*com$", "Åsa"),
        ("givenName.regex=.{3},?", "Åsa Cy_d Dan=iel"),
        # signs and wildcards in values are nothing but characters
        ("title=%3D~x", "Dan=iel"),
        ("title.eq=%3D~x", "Dan=iel"),
        ("givenName=Dan=iel", "Dan=iel"),
        ("givenName=Dan%3Diel", "Dan=iel"),
        ("givenName=Cy_d", "Cy_d"),
        ("givenName=C__d", ""),
        ("givenName=%25", ""),
        ("title=100_", ""),
        ("title=100%25%25", ""),
        ("nationality.regex=" + encoded("^a,b;c=d&e$"), "Cy_d"),
        # letters of the world
        ("givenName=" + encoded("Åsa"), "Åsa"),
        ("contactMedium.city=" + encoded("Malmö"), "Åsa"),
        ("nationality=" + encoded("naïve façade 東京 🚀"), "Dan=iel"),
        ("nationality.regex=" + encoded("東.*🚀$"), "Dan=iel"),
        # empty parts say nothing
        ("&&givenName=Bo&", "Bo"),
    ],
)
async def test_a_filter_finds(
    people: tuple[Service, dict[str, str]], query: str, expected: str
) -> None:
    service, names = people
    found = await ids_of(service, "individual", f"familyName=Filter&{query}&limit=10")
    assert sorted(names[identifier] for identifier in found) == sorted(expected.split())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("validFor.startDateTime=2021-05-01", [2021]),
        ("validFor.startDateTime=2021-05-01T02:00:00%2B02:00", [2021]),
        ("validFor.startDateTime=2021-05-01,2022-05-01", [2021, 2022]),
        ("validFor.startDateTime.gt=2021-05-01", [2022]),
        ("validFor.startDateTime.gte=2021-05-01T00:00:00Z", [2021, 2022]),
        ("validFor.startDateTime<2021-05-01", [2020]),
        ("validFor.endDateTime.lte=2022-01-01", [2020, 2021]),
        ("validFor.startDateTime.ne=2021-05-01", [2020, 2022]),
        ("validFor.startDateTime.regex=^2020", [2020]),
        ("validFor.startDateTime.gt=2020-12-31&validFor.endDateTime.lt=2023-01-01", [2021]),
    ],
)
async def test_periods_compare_as_instants(
    shared: Service, query: str, expected: list[int]
) -> None:
    years = {}
    for year in (2020, 2021, 2022):
        period = {
            "startDateTime": f"{year}-05-01T00:00:00Z",
            "endDateTime": f"{year + 1}-01-01T01:00:00+01:00",
        }
        document = await made(shared, "customer", name=query[:50], validFor=period)
        years[document["id"]] = year
    found = await ids_of(shared, "customer", f"name.eq={encoded(query[:50])}&{query}")
    assert sorted(years[identifier] for identifier in found) == expected


async def test_every_type_filters_by_its_period_and_type(shared: Service) -> None:
    paths = {
        "agreement": "agreementPeriod",
        "partyInteraction": "interactionDate",
        "organization": "existsDuring",
    }
    for kind, path in paths.items():
        document = await made(shared, kind)
        query = f"{path}.startDateTime.gt=2020-01-01&@type={document['@type']}"
        assert await ids_of(shared, kind, query) == [document["id"]]
        assert await ids_of(shared, kind, f"{path}.startDateTime.lt=2020-01-01") == []
        assert await ids_of(shared, kind, "%40type=Other") == []
