"""What reads what callers send takes anything, or refuses it in words of ours."""

import random

import pytest

from customer_inventory.kit.errors import InventoryError
from tests.conftest import PROFILE
from tests.prove.fuzzing import CORPUS, TARGETS, changed, once

TRIES = {"ci": 150, "long": 50_000}[PROFILE]


@pytest.mark.parametrize("name", TARGETS)
def test_changed_bytes_raise_nothing_of_others(name: str) -> None:
    corpus = [file.read_bytes() for file in sorted((CORPUS / name).iterdir())]
    chance = random.Random(20261127)
    for data in corpus:
        once(name, data)
    for _ in range(TRIES):
        data = changed(chance, corpus)
        try:
            once(name, data)
        except Exception as error:
            error.add_note(repr(data))
            raise


@pytest.mark.parametrize("name", TARGETS)
def test_a_corpus_gets_past_the_first_check(name: str) -> None:
    """Something in it is taken: what begins with refusals alone finds nothing behind them."""
    taken = 0
    for file in (CORPUS / name).iterdir():
        try:
            TARGETS[name](file.read_bytes())
        except InventoryError:
            continue
        taken += 1
    assert taken
