"""Trees as they are kept judge as the library that made them."""

import numpy as np
import pytest

from customer_inventory.capture.matching.tree import Trees, flattened

lightgbm = pytest.importorskip("lightgbm")


def test_trees_walked_are_the_trees_trained() -> None:
    """Above all where levels are next to zero: absent is -1, differs 0, alike more."""
    drawn = np.random.default_rng(7)
    levels = drawn.integers(-1, 4, (4_000, 3)).astype(np.float32)
    rarity = np.where(levels[:, 0] == 3, drawn.uniform(3, 16, len(levels)), 0.0)
    seen = np.column_stack([levels, rarity.astype(np.float32)])
    # Absent speaks for a pair, differs against it, alike for it: no threshold can be left out.
    for_it = np.choose(levels[:, 1].astype(int) + 1, [2.0, -3.0, 1.0, 3.0, 4.0])
    same = drawn.random(len(seen)) < 1 / (1 + np.exp(-(for_it + rarity / 8 + levels[:, 2] - 1)))
    parameters = {"objective": "binary", "num_leaves": 8, "verbosity": -1, "seed": 1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(seen, same), num_boost_round=30)
    trees = Trees(
        {"trees": [flattened(each["tree_structure"]) for each in booster.dump_model()["tree_info"]]}
    )
    trained = booster.predict(seen, raw_score=True)
    walked = [trees.odds(list(map(float, row))) for row in seen]
    assert np.abs(trained - walked).max() < 1e-3
    assert len({round(each, 3) for each in walked}) > 20
