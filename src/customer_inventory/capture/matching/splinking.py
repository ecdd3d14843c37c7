"""The first stage of a batch: blocked, compared and weighed by Splink in DuckDB.

Blocks are wide where strong values are the same and narrow where weak ones are. Expectation
maximisation is run among pairs that share a strong identifier, or name and birth date: among pairs
that share a telephone or a surname it takes households for matches (docs/matching.md). The block of
strong identifiers comes last, so that pairs found by another rule are known as such.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.internals.blocking_rule_creator import BlockingRuleCreator

from customer_inventory.capture.matching.compare import COMPARISONS
from customer_inventory.capture.matching.level import DIFFERS, Comparison
from customer_inventory.capture.matching.model import LABEL, LEAST_WEIGHT, Model
from customer_inventory.capture.matching.staging import Stage, values

RECALL = 0.6
"""The share of true pairs that the strict rules are held to find."""
LEAST_DUPLICATED = 0.02
"""Pairs of one subject per record at least, however few the strict rules find."""
LEAST_M, LEAST_U = 0.004, 2e-7
"""A level never seen is rare, not impossible."""
MANY_ROWS = 30_000
FEWEST_PAIRS = 50
"""A rule that finds fewer pairs teaches nothing."""

Rule = str | BlockingRuleCreator

_BLOCKS = {
    "individual": (
        block_on("phones", arrays_to_explode=["phones"]),
        block_on("emails", arrays_to_explode=["emails"]),
        block_on("names", "birth"),
        block_on("family_sound", "given_sound", "post"),
        block_on("names", "city"),
        block_on("birth", "family_sound"),
        block_on("birth", "given"),
        block_on("given", "street", "number"),
        block_on("family", "street", "number"),
        block_on("given", "family", "post"),
        block_on("birth", "post"),
        block_on("rare_names"),
        block_on("rare_sounds"),
        block_on("substr(given, 1, 1)", "post", "number"),
        block_on("ids", arrays_to_explode=["ids"]),
    ),
    "organization": (
        block_on("phones", arrays_to_explode=["phones"]),
        block_on("emails", arrays_to_explode=["emails"]),
        block_on('"sorted"'),
        block_on("domains", arrays_to_explode=["domains"]),
        block_on("post", "number"),
        block_on("substr(org, 1, 5)", "post"),
        block_on("substr(org, 1, 6)", "city"),
        block_on("street", "number", "city"),
        block_on("substr(org, 1, 10)"),
        block_on("rare_word"),
        block_on("org_ends"),
        block_on("ids", arrays_to_explode=["ids"]),
    ),
}
_STRICT = {
    "individual": (
        "l.names = r.names AND l.birth = r.birth",
        "l.emails[1] = r.emails[1] AND l.given = r.given",
        "l.ids[1] = r.ids[1]",
    ),
    "organization": (
        "l.org = r.org AND l.phones[1] = r.phones[1]",
        "l.ids[1] = r.ids[1]",
        "l.org = r.org AND l.post = r.post AND l.number = r.number",
    ),
}
_TRAINED_ON = {
    "individual": (
        "l.ids[1] = r.ids[1]",
        "l.given = r.given AND l.birth = r.birth",
        "l.emails[1] = r.emails[1] AND l.given = r.given",
    ),
    "organization": (
        "l.ids[1] = r.ids[1]",
        "l.org = r.org AND l.phones[1] = r.phones[1]",
        "l.emails[1] = r.emails[1] AND l.org = r.org",
    ),
}


def trained(stage: Stage, table: str, model: Model) -> Model:
    """Return a model of the records staged; what they cannot teach it is as `model` has it."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = _linker(stage, table, model)
    training = linker.training
    rules: list[Rule] = [*_STRICT[stage.record_type]]
    training.estimate_probability_two_random_records_match(rules, recall=RECALL)
    training.estimate_u_using_random_sampling(max_pairs=_sample(stage.rows), seed=1)
    for rule in _TRAINED_ON[stage.record_type]:
        if _finds(stage, table, rule):
            training.estimate_parameters_using_expectation_maximisation(rule)
    learnt = linker.misc.save_model_to_json()
    frequency = {
        each.name: stage.shares(each.frequency, MOST_FREQUENT)
        for each in COMPARISONS[stage.record_type]
        if each.frequency
    }
    estimated = learnt["probability_two_random_records_match"]
    prior = float(f"{max(estimated, LEAST_DUPLICATED / max(stage.rows, 2)):.4g}")
    return Model(stage.record_type, prior, _shares(learnt, model), frequency)


MOST_FREQUENT = 30_000
"""So many of the commonest values of a name are kept with a model: nearly all that are not rare."""


def compared(stage: Stage, table: str, model: Model) -> None:
    """Make the table `compared`: pairs of records, the levels at which they are, their weight."""
    linker = _linker(stage, table, model)
    found = linker.inference.predict(threshold_match_weight=-18)
    of_label = f"mw_{LABEL}"
    levels = ", ".join(f"gamma_{each.name}::TINYINT AS {_column(each)}" for each in _of(stage))
    rarities = ", ".join(
        f"mw_tf_adj_{each.name}::FLOAT AS tf_{each.name}" for each in _of(stage) if each.frequency
    )
    last = len(_BLOCKS[stage.record_type]) - 1
    stage.connection.execute(
        "CREATE TABLE compared AS SELECT unique_id_l AS one, unique_id_r AS other,"  # noqa: S608
        f" match_weight::FLOAT AS weight, match_key::INTEGER <> {last} AS is_by_another,"
        f" {levels}, {rarities} FROM {found.physical_name}"
        f" WHERE match_weight - coalesce({of_label}, 0) >= {LEAST_WEIGHT} OR {of_label} > 0"
    )
    stage.connection.execute(f"DROP TABLE {found.physical_name}")


def refitted(stage: Stage, model: Model) -> Model:
    """Return the model with the prior that fits what was compared, where its weights judge alone.

    The strict rules tell little of it where nobody is written twice the same: the chances of all
    pairs compared add up to the pairs of one subject. The weights of `compared` follow.
    """
    rows = values(
        stage.connection,
        "SELECT round(weight, 1)::DOUBLE AS weight, count(*) FROM compared GROUP BY 1 ORDER BY 1",
    )
    every = stage.rows * (stage.rows - 1) / 2
    if not rows:
        return model
    prior = model.prior
    for _ in range(_MOST_ROUNDS):
        shift = _bits(prior) - _bits(model.prior)
        one = sum(times / (1 + 2.0 ** -min(weight + shift, 60.0)) for weight, times in rows)
        last, prior = prior, max(one / every, LEAST_DUPLICATED / stage.rows)
        if abs(prior / last - 1) < _SETTLED:
            break
    prior = float(f"{prior:.4g}")
    shift = _bits(prior) - _bits(model.prior)
    stage.connection.execute("UPDATE compared SET weight = weight + ?", [shift])
    return replace(model, prior=prior)


_MOST_ROUNDS = 50
_SETTLED = 0.001


def _bits(share: float) -> float:
    """Return the odds of a share, in bits."""
    return math.log2(share / (1 - share))


def _sample(rows: int) -> float:
    """Return how many pairs drawn at random tell how often those of two subjects are alike."""
    return 1e6 if rows > MANY_ROWS else 2e5


def _finds(stage: Stage, table: str, rule: str) -> bool:
    """Tell whether a rule finds enough pairs to learn from: with none Splink breaks off."""
    rows = values(
        stage.connection,
        f"SELECT 1 FROM {table} AS l INNER JOIN {table} AS r"  # noqa: S608
        f" ON {rule} AND l.unique_id < r.unique_id LIMIT {FEWEST_PAIRS}",
    )
    return len(rows) == FEWEST_PAIRS


def _of(stage: Stage) -> tuple[Comparison, ...]:
    return COMPARISONS[stage.record_type]


def _column(each: Comparison) -> str:
    return f"at_{each.name}"


def _linker(stage: Stage, table: str, model: Model) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[_settings(each, model) for each in _of(stage)],
        blocking_rules_to_generate_predictions=list(_BLOCKS[stage.record_type]),
        probability_two_random_records_match=model.prior,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
        em_convergence=0.001,
        max_iterations=20,
    )
    source = DuckDBAPI(connection=stage.connection).register(table)
    return Linker(source, settings, log_level=logging.ERROR)


def _settings(each: Comparison, model: Model) -> dict[str, Any]:
    """Return a comparison as Splink takes it, with the shares of a model."""
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": each.absent.sql,
            "label_for_charts": each.absent.name,
            "is_null_level": True,
        }
    ]
    for number, level in zip(range(len(each.levels), 0, -1), each.levels, strict=True):
        told: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.name}
        if each.frequency and number == len(each.levels):
            told |= {"tf_adjustment_column": each.frequency, "tf_adjustment_weight": 1.0}
        levels.append(told | _learnt(model, each, number))
    last = {"sql_condition": "ELSE", "label_for_charts": DIFFERS}
    levels.append(last | _learnt(model, each, 0))
    return {"output_column_name": each.name, "comparison_levels": levels}


def _learnt(model: Model, each: Comparison, number: int) -> dict[str, float]:
    m, u = model.shares[each.name][number]
    return {"m_probability": m, "u_probability": u}


def _shares(learnt: Mapping[str, Any], before: Model) -> dict[str, dict[int, tuple[float, float]]]:
    """Return the shares that Splink has learnt, and those of `before` where it has none."""
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for told in learnt["comparisons"]:
        name = told["output_column_name"]
        levels = [each for each in told["comparison_levels"] if not each.get("is_null_level")]
        found[name] = {}
        for number, level in zip(range(len(levels) - 1, -1, -1), levels, strict=True):
            m, u = before.shares[name][number]
            m = _number(level.get("m_probability"), m, LEAST_M)
            u = _number(level.get("u_probability"), u, LEAST_U)
            found[name][number] = (m, u)
    return found


def _number(learnt: Any, otherwise: float, least: float) -> float:
    value = learnt if isinstance(learnt, float) and math.isfinite(learnt) else otherwise
    return float(f"{max(value, least):.4g}")
