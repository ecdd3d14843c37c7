"""The second stage of a batch: trees that judge what levels are together, trained without labels.

Two records that both carry a strong identifier of one kind say themselves whether they are of one
subject. Such pairs, of those that other rules found, are the silver labels; the trees see all but
the identifiers. Pairs found by the identifiers alone would tell them that all that is unlike is
alike.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from customer_inventory.capture.matching.compare import COMPARISONS, apart
from customer_inventory.capture.matching.level import ABSENT
from customer_inventory.capture.matching.model import APART, LABEL, Model
from customer_inventory.capture.matching.splinking import refitted
from customer_inventory.capture.matching.staging import Stage, values
from customer_inventory.capture.matching.tree import Trees, flattened

FEWEST = 300
"""So many silver pairs of each kind are needed to train trees."""
LEAST_UNLIKE = 0.1
"""Where a smaller share of them is unlike, that is errors in identifiers rather than neighbours."""
LEAST_NEIGHBOURS = 0.05
"""Of the people compared so many contradict each other in given name and birth date at least, where
households are: they share all the rest. In other lists the first stage judges as well or better."""
FEWEST_COMPARED = 50
"""Fewer pairs tell nothing of neighbours."""
MOST = 1_000_000
"""So many silver pairs are trained on at most."""
_ROWS = 500_000
_PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 16,
    "max_depth": 6,
    "min_data_in_leaf": 20,
    "num_threads": 2,
    "seed": 1,
    "deterministic": True,
    "verbosity": -1,
}
_ROUNDS = 80

_SAME_BIRTH = 4
"""The level of birth dates that are the same."""
_SILVER = {
    "individual": f"is_by_another AND (at_{LABEL} > 0 OR (at_{LABEL} = 0"
    f" AND NOT (at_given > 0 AND at_family > 0 AND at_birth = {_SAME_BIRTH})))",
    "organization": f"is_by_another AND at_{LABEL} >= 0",
}
"""Silver pairs. Two people of one name and birth date are not told apart by an identifier: it is
likelier written wrong than that there are two. Birth dates that are merely alike are otherwise:
among a million there are many namesakes with one digit between them, and trees that never saw them
apart take each for one."""

Floats = NDArray[np.float64]


Judge = Callable[[Floats], Floats]
"""Returns the odds (natural logarithm) of pairs, by their features, a row a pair."""


def taught(
    stage: Stage, model: Model, before: Model, *, is_for_others: bool = False
) -> tuple[Model, Judge | None, dict[str, int]]:
    """Return the model with trees trained on silver pairs, what judges by them, and how many.

    With too few that are alike it has the trees of the model before: it is too small to tell. But
    where hardly anybody is like another the first stage judges alone. Trees that are
    `is_for_others` are taught by the same pairs once more, with things left out: other inventories
    lack other things.
    """
    ((alike, unlike),) = values(
        stage.connection,
        f"SELECT count(*) FILTER (at_{LABEL} > 0), count(*) FILTER (at_{LABEL} = 0)"  # noqa: S608
        f" FROM compared WHERE {_SILVER[stage.record_type]}",
    )
    told = {"silverAlike": alike, "silverUnlike": unlike}
    if alike < FEWEST or unlike < max(FEWEST, LEAST_UNLIKE * (alike + unlike)):
        if alike < FEWEST and _has_neighbours(stage):
            return replace(model, trees=before.trees), None, told
        return refitted(stage, replace(model, trees=None)), None, told
    seen, same = _silver(stage, model, alike + unlike)
    if is_for_others:
        seen, same = np.concatenate([seen, _left_out(seen, model)]), np.concatenate([same, same])
    booster = lightgbm.train(_PARAMETERS, lightgbm.Dataset(seen, same), num_boost_round=_ROUNDS)
    dumped = booster.dump_model()["tree_info"]
    trees = Trees({"trees": [flattened(each["tree_structure"]) for each in dumped]})

    def judge(features: Floats) -> Floats:
        return np.asarray(booster.predict(features, raw_score=True), dtype=float)

    return replace(model, trees=trees), judge, told


def _has_neighbours(stage: Stage) -> bool:
    """Tell whether people are compared who are alike in all but what is their own."""
    if stage.record_type != "individual":
        return True
    ((told, apart_),) = values(
        stage.connection,
        "SELECT count(*), count(*) FILTER (at_given = 0 AND at_birth = 0) FROM compared"
        " WHERE at_given >= 0 AND at_birth >= 0",
    )
    return bool(told < FEWEST_COMPARED or apart_ >= LEAST_NEIGHBOURS * told)


def _left_out(seen: Floats, model: Model) -> Floats:
    """Return features once more, of which some things are absent, others in each pair."""
    compared = [each for each in COMPARISONS[model.record_type] if each.name != LABEL]
    lacks = np.random.default_rng(1).random((len(seen), len(compared))) < _LEFT_OUT
    rarities = [number for number, each in enumerate(compared) if each.frequency]
    left = seen.copy()
    left[:, : len(compared)][lacks] = ABSENT
    left[:, len(compared) :][lacks[:, rarities]] = 0.0
    return left


_LEFT_OUT = 0.3
"""The share of things that are left out."""


def judged(
    stage: Stage, model: Model, least: float, judge: Judge | None = None
) -> Iterator[tuple[int, int, float, float]]:
    """Yield pairs that are of one subject with a probability of `least` or more.

    Each is two numbers of records, the probability and the weight of the first stage (bits).
    Unless `judge` is given, the trees of the model are walked, with the same result.
    """
    if judge is None and model.trees is not None:
        judge = _walker(model.trees)
    sure = np.array(
        [0.0, *(model.weight(LABEL, number) for number in range(_levels(LABEL, model)))]
    )
    for rows in _chunks(stage, "TRUE"):
        weight = rows["weight"].astype(float)
        if judge is None:
            odds = weight * math.log(2)
        else:
            odds = judge(_features(rows, model)) + sure[rows[f"at_{LABEL}"] + 1] * math.log(2)
        at = {each.name: rows[f"at_{each.name}"] for each in COMPARISONS[model.record_type]}
        odds = np.where(apart(model.record_type, at), np.minimum(odds, APART), odds)
        chance = 1 / (1 + np.exp(-np.clip(odds, -40, 40)))
        for each in np.flatnonzero(chance >= least):
            pair = (int(rows["one"][each]), int(rows["other"][each]))
            yield (*pair, float(chance[each]), float(weight[each]))


def _silver(stage: Stage, model: Model, rows: int) -> tuple[Floats, NDArray[np.int8]]:
    """Return the features of silver pairs, and whether each is of one subject."""
    share = f" AND hash(one, other) % {rows} < {MOST}" if rows > MOST else ""
    condition = f"{_SILVER[stage.record_type]}{share}"
    seen, same = [], []
    for chunk in _chunks(stage, condition):
        seen.append(_features(chunk, model))
        same.append((chunk[f"at_{LABEL}"] > 0).astype(np.int8))
    return np.concatenate(seen), np.concatenate(same)


def _chunks(stage: Stage, condition: str) -> Iterator[dict[str, Any]]:
    """Yield the columns of compared pairs, some at a time."""
    ((last,),) = values(stage.connection, "SELECT coalesce(max(rowid), -1) FROM compared")
    for first in range(0, last + 1, _ROWS):
        rows = stage.connection.execute(
            f"SELECT * FROM compared WHERE rowid >= {first} AND rowid < {first + _ROWS}"  # noqa: S608
            f" AND {condition}"
        ).fetchnumpy()
        if len(rows["one"]):
            yield rows


def _features(rows: dict[str, Any], model: Model) -> Floats:
    """Return what the second stage sees of pairs, in the order of `model.features`."""
    columns = [
        rows[f"at_{each.name}"].astype(np.float32)
        for each in COMPARISONS[model.record_type]
        if each.name != LABEL
    ]
    for each in COMPARISONS[model.record_type]:
        if each.frequency:
            _, u = model.shares[each.name][len(each.levels)]
            rarity = np.asarray(rows[f"tf_{each.name}"], dtype=np.float32) - math.log2(u)
            is_same = rows[f"at_{each.name}"] == len(each.levels)
            columns.append(np.where(is_same, rarity, 0.0).astype(np.float32))
    return np.stack(columns, axis=1)


def _walker(trees: Trees) -> Judge:
    """Return what walks the trees of a model, all pairs at once."""
    kept = [tuple(np.asarray(part) for part in each) for each in trees.told["trees"]]

    def judge(features: Floats) -> Floats:
        every = np.arange(len(features))
        total = np.zeros(len(features))
        for looked, at, left in kept:
            node = np.zeros(len(features), dtype=np.int32)
            while (inner := looked[node] >= 0).any():
                below = left[node] + (features[every, looked[node]] > at[node])
                node = np.where(inner, below, node)
            total += at[node]
        return total

    return judge


def _levels(name: str, model: Model) -> int:
    return len(model.shares[name])
