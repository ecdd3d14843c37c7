"""The policy: an example that is whole, files over it, durations to the day."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.retention.policy import after, example, policy_of, spoken
from customer_inventory.record.types import TYPES


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def test_the_example_says_where_each_rule_is_from() -> None:
    policy = example()
    for rule in policy.rules.values():
        assert rule.source.startswith("Example")
        assert rule.minimum or rule.maximum
    used = {*policy.types.values(), *policy.groups.values()}
    assert used == set(policy.rules)
    for declared in TYPES.values():
        assert (policy.of(declared) is None) == declared.is_catalogue


def test_without_a_setting_nothing_is_in_force() -> None:
    assert policy_of(None) is None
    assert policy_of("example") == example()


def test_a_rule_counts_from_the_end_or_from_the_end_of_its_year() -> None:
    record, purpose = (example().rules[n] for n in ("commercialRecord", "purposeEnded"))
    assert record.kept_until(at(2020, 3, 31)) == at(2027)
    assert record.gone_by(at(2020, 3, 31)) == at(2031)
    assert record.kept_until(at(2021)) == at(2028)
    assert purpose.gone_by(at(2020, 3, 31)) == at(2020, 3, 31)
    assert purpose.kept_until(at(2020, 3, 31)) is None
    # What ends at the end of all times is not past it.
    assert record.gone_by(at(9999, 12, 31)) is None


def test_a_file_stands_over_the_example(tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(
        '[retention.commercialRecord]\nmaximum = "P7Y"\nsource = "Board, 2026-11-01"\n'
        '[retention.short]\nmaximum = "P30D"\nsource = "Board, 2026-11-01"\n'
        '[type.partyInteraction]\nretention = "short"\n'
        '[type.agreement]\nended = ["Void"]\n'
        '[group.health]\nretention = ""\n'
    )
    policy = policy_of(str(file))
    assert policy is not None
    rule = policy.of(TYPES["agreement"])
    assert rule is not None
    assert (rule.minimum, rule.maximum, rule.source) == ("P6Y", "P7Y", "Board, 2026-11-01")
    short = policy.of(TYPES["partyInteraction"])
    assert short is not None
    assert short.name == "short"
    assert policy.ended["agreement"] == {"void"}
    assert policy.of_attribute(TYPES["individual"], "disability") is None
    assert policy.of_attribute(TYPES["individual"], "skill") is not None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("not toml", "cannot be read"),
        ('[retention.x]\nmaximum = "10 years"\nsource = "s"', "retention.x.maximum"),
        ('[retention.x]\nmaximum = "P"\nsource = "s"', "retention.x.maximum"),
        ("[retention.x]\nmaximum = 10\nsource = 's'", "retention.x.maximum"),
        ('[retention.x]\nmaximum = "P1Y"', "retention.x.source"),
        ('[retention.x]\nminimum = "P2Y"\nmaximum = "P1Y"\nsource = "s"', "longer"),
        ('[retention.x]\nmaximum = "P1Y"\nfrom = "birth"\nsource = "s"', "retention.x.from"),
        ('[type.nothing]\nretention = "purposeEnded"', "type.nothing"),
        ('[type.agreement]\nretention = "nothing"', "type.agreement.retention"),
        ("type = 7", "type"),
        ("ledger = 7", "ledger"),
        ('[ledger]\nretention = "nothing"', "ledger.retention"),
        ('[ledger]\nretention = ["commercialRecord"]', "ledger.retention"),
        ("[type]\nagreement = 7", "type.agreement"),
    ],
)
def test_a_policy_that_is_none_says_where(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(text)
    with pytest.raises(Invalid) as raised:
        policy_of(str(file))
    assert where in str(raised.value)
    with pytest.raises(Invalid, match="cannot be read"):
        policy_of(str(tmp_path / "nowhere.toml"))


def test_the_ledger_has_a_rule_only_where_the_policy_itself_says_so(tmp_path: Path) -> None:
    rule = example().ledger
    assert rule is not None
    assert rule.name == "limitationPeriod"
    file = tmp_path / "retention.toml"
    # A policy from before there was such a rule lets nothing of the ledger go.
    file.write_text('[type.agreement]\nended = ["void"]\n')
    policy = policy_of(str(file))
    assert policy is not None
    assert policy.ledger is None
    file.write_text(
        '[retention.accesses]\nmaximum = "P5Y"\nsource = "Board"\n'
        '[ledger]\nretention = "accesses"\n'
    )
    policy = policy_of(str(file))
    assert policy is not None
    assert policy.ledger == policy.rules["accesses"]
    assert policy.ledger.gone_by(at(2026, 2)) == at(2031, 2)


def test_a_duration_is_said_in_words() -> None:
    assert [spoken(each) for each in ("P6Y", "P1Y6M", "P0D", None)] == [
        "6 years", "1 years 6 months", "at once", "",
    ]  # fmt: skip


def test_a_month_ends_on_its_last_day() -> None:
    assert after(at(2024, 2, 29), "P1Y") == at(2025, 2, 28)
    assert after(at(2023, 12, 31), "P2M") == at(2024, 2, 29)
    assert after(at(2023, 12, 31), "P1Y2M3D") == at(2025, 3, 3)


@given(
    st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.integers(0, 999),
    st.integers(0, 999),
)
def test_a_longer_time_never_ends_before(day: date, years: int, more: int) -> None:
    start = at(day.year, day.month, day.day)
    assert start <= after(start, f"P{years}Y") <= after(start, f"P{years}Y{more}D")
