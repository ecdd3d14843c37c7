"""Trains the models that come with the product, on a generated set that nothing is measured on.

`python -m bench.default_models` writes them where they are shipped. They are a beginning: an
inventory with some thousand duplicates trains its own (`cinv capture pairs find`).
"""

from dataclasses import replace
from pathlib import Path

from bench import hard_set
from customer_inventory.capture.matching import default, second, splinking, staging
from customer_inventory.capture.matching.model import Model
from customer_inventory.capture.matching.normal import MATCHED, normal

SEED = 3
RECORDS = {"individual": 60_000, "organization": 24_000}
USUAL_SHARE = 3e-4
"""How common a name is taken to be, where nothing is known of the names of an inventory."""

_FOLDER = Path(default.__file__).parent / "models"


def made(record_type: str) -> Model:
    """Return a model of a type, trained as in a batch."""
    hard_set.ORGANISATIONS = 0.5 if record_type == "organization" else 0.02
    drawn = hard_set.HardSet(SEED).records(int(RECORDS[record_type] / 0.45))
    forms = []
    for kind, identifier, document, _ in drawn:
        if kind == record_type:
            forms.append(normal(kind, identifier, document))
        if len(forms) == RECORDS[record_type]:
            break
    with staging.staged(record_type) as stage:
        stage.add(forms)
        table = stage.finish()
        model = splinking.trained(stage, table, default.default(record_type))
        splinking.compared(stage, table, model)
        model, _, told = second.taught(stage, model, model, is_for_others=True)
        print(record_type, len(forms), told)
    usual = {name: {"": USUAL_SHARE} for name in model.frequency}
    return replace(model, frequency=usual)


if __name__ == "__main__":
    for record_type in MATCHED:
        (_FOLDER / f"{record_type}.json").write_bytes(made(record_type).to_json())
