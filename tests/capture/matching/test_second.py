"""The second stage: kept as it was trained, and silent where it would know nothing."""

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("splink")

from bench.hard_set import HardSet
from customer_inventory.capture.matching import second, splinking
from customer_inventory.capture.matching.default import default
from customer_inventory.capture.matching.normal import normal
from customer_inventory.capture.matching.staging import COMMON, Stage, staged

KIND = "individual"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged(KIND) as lent:
        yield lent


def test_what_was_kept_judges_as_what_was_trained(stage: Stage) -> None:
    drawn = HardSet(33).records(6_000)
    stage.add(normal(kind, each, told) for kind, each, told, _ in drawn if kind == KIND)
    model = splinking.trained(stage, stage.finish(), default(KIND))
    splinking.compared(stage, "source", model)
    model, judge, told = second.taught(stage, model, default(KIND))
    assert judge is not None, told
    trained = {pair[:2]: pair[2] for pair in second.judged(stage, model, 0.0, judge)}
    kept = {pair[:2]: pair[2] for pair in second.judged(stage, model, 0.0)}
    assert trained.keys() == kept.keys()
    assert max(abs(trained[pair] - kept[pair]) for pair in trained) < 0.01
    pairs = [pair for pair in trained if trained[pair] > 0.5][:500]
    forms = stage.forms({each for pair in pairs for each in pair})
    entered = [model.score(forms[one], forms[other]).probability for one, other in pairs]
    # Names that few bear are only as common as in the mean: a few pairs may be judged otherwise.
    assert np.median(np.abs(np.array(entered) - [trained[pair] for pair in pairs])) < 0.01


def test_how_common_names_are(stage: Stage) -> None:
    """Those that many bear are kept; of the others what is usual for one who bears such a name."""
    families = ["Meyer"] * 6 + ["Zorblatt"] * 3 + ["Quint"]
    documents = [{"givenName": "Ada", "familyName": family} for family in families]
    stage.add(normal(KIND, str(number), each) for number, each in enumerate(documents))
    stage.finish()
    assert stage.shares("family", 10) == {"meyer": 0.6, "": 0.25}
    assert stage.shares("given", 10) == {"ada": 1.0, "": 0.1}
    assert COMMON == 5
