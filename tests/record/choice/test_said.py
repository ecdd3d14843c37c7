"""What privacy documents say: which of them holds when, and that doubt allows nothing."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.record.choice.asked import asked, normal
from customer_inventory.record.choice.said import (
    AGREEMENT,
    FIRST,
    LAST,
    MOST_SAID,
    PROFILE,
    Held,
    Said,
    Source,
    held,
    said,
)
from customer_inventory.record.types import TYPES


def at(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def source(*choices: tuple[str, str, Any], kind: str = AGREEMENT, **more: Any) -> Source:
    document = {
        "status": "approved",
        "partyPrivacyProfileCharacteristic": [
            {"privacyUsagePurpose": use, "characterisitc": {"name": name, "value": value}}
            for use, name, value in choices
        ],
        **more,
    }
    return Source(TYPES[kind], document, at(2026))


def period(start: int, end: int | None = None) -> dict[str, Any]:
    until = {"endDateTime": f"{end}-01-01"} if end else {}
    return {"agreementPeriod": {"startDateTime": f"{start}-01-01", **until}}


def course(*sources: Source) -> list[Held]:
    return held(said(sources, {}), since=at(2020))


def test_what_is_said_is_told_by_use_and_by_name() -> None:
    (part,) = course(source(("Marketing", "byEmail", True), ("marketing", "byPhone", False)))
    assert (part.start, part.end) == (FIRST, LAST)
    assert part.agreed == ("marketing/byemail",)
    assert part.refused == ("marketing", "marketing/byphone")


def test_a_use_is_agreed_to_when_nothing_about_it_is_refused() -> None:
    (part,) = course(source(("marketing", "byEmail", True), ("marketing", "byPhone", True)))
    assert "marketing" in part.agreed


def test_the_one_that_began_last_decides_while_it_holds() -> None:
    older = source(("news", "*", True), **period(2021))
    newer = source(("news", "*", False), **period(2023, 2025))
    for sources in ((older, newer), (newer, older)):
        parts = course(*sources)
        assert [(p.start.year, p.end.year, bool(p.agreed)) for p in parts] == [
            (2021, 2023, True),
            (2023, 2025, False),
            (2025, LAST.year, True),
        ]


def test_of_two_that_began_together_the_refusal_decides() -> None:
    yes, no = (source(("news", "*", value), **period(2021)) for value in (True, False))
    for sources in ((yes, no), (no, yes)):
        assert [part.agreed for part in course(*sources)] == [()]


def test_what_is_over_is_not_kept() -> None:
    assert course(source(("news", "*", True), **period(2010, 2015))) == []


def test_a_profile_allows_while_its_agreement_does() -> None:
    document = source(
        ("news", "*", True), kind=PROFILE, agreement={"id": "a"},
        validFor={"startDateTime": "2021-01-01"},
    )  # fmt: skip
    agreement = {"status": "approved", **period(2022, 2024)}
    parts = held(said([document], {"a": agreement}), since=at(2020))
    assert [(part.start.year, part.end.year, part.agreed) for part in parts] == [
        (2022, 2024, ("news", "news/*"))
    ]
    assert held(said([document], {}), since=at(2020)) == []
    (part,) = held(said([document], {"a": {"status": "terminated"}}), since=at(2020))
    assert part.refused


def test_nonsense_says_nothing() -> None:
    for nonsense in (
        None,
        "x",
        {},
        [None],
        [{"privacyUsagePurpose": "x"}],
        [{"characterisitc": 1}],
    ):
        document = source()._replace(
            document={"partyPrivacyProfileCharacteristic": nonsense, "status": "approved"}
        )
        assert course(document) == []


def test_words_are_compared_as_they_are_meant() -> None:
    assert normal(" Marketing / byEmail ") == "marketing/byemail"
    assert asked(["Marketing/byEmail"], needs_consent=True).words == (
        "marketing/*",
        "marketing/byemail",
    )
    assert asked(["Marketing"], needs_consent=False).words == ("marketing",)


_YEARS = st.integers(2000, 2040)
_CHOICES = st.lists(
    st.builds(
        lambda name, allows, years, said_in: Said(
            ("use", name), allows, at(min(years)), at(max(years) + 1), at(said_in)
        ),
        st.sampled_from(["*", "a", "b"]),
        st.booleans(),
        st.tuples(_YEARS, _YEARS),
        _YEARS,
    ),
    max_size=8,
)


@given(_CHOICES, st.integers(2000, 2042))
def test_at_every_instant_it_is_what_the_latest_says(choices: list[Said], year: int) -> None:
    parts = held(choices, since=FIRST)
    for one, other in pairwise(parts):
        assert one.end <= other.start
    now = [each for each in choices if each.start <= at(year) < each.end]
    part = next((p for p in parts if p.start <= at(year) < p.end), None)
    agreed, refused = (part.agreed, part.refused) if part else ((), ())
    assert set(agreed).isdisjoint(refused)
    for name in ("*", "a", "b"):
        about = [each for each in now if each.key == ("use", name)]
        if not about:
            assert f"use/{name}" not in (*agreed, *refused)
            continue
        latest = max(each.at for each in about)
        allows = all(each.allows for each in about if each.at == latest)
        assert f"use/{name}" in (agreed if allows else refused)
        assert ("use" in refused) or allows


def test_no_number_of_documents_takes_long() -> None:
    many = [source(("news", "*", True), **period(2000 + each % 30)) for each in range(3000)]
    assert len(said(many, {})) == MOST_SAID
    assert held(said(many, {}), since=at(2020))
