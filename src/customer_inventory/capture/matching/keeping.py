"""Models in the database: the latest of a type is in force, before the first the product's own."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from customer_inventory.capture.matching.default import default
from customer_inventory.capture.matching.model import Model
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import encode
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_REMEMBERED_SECONDS = 30.0

_known: WeakKeyDictionary[Database, dict[str, tuple[float, Model]]] = WeakKeyDictionary()


async def keep(
    database: Database, model: Model, training: Mapping[str, Any], *, actor: Actor
) -> int:
    """Keep a model, in force from now on; return its number."""
    number: int = await database.value(
        SQL.keep_model,
        model.record_type,
        bytes.fromhex(model.sha256),
        model.to_json().decode(),
        encode(training).decode(),
        actor.process,
        actor.person,
        actor.purpose,
    )
    _known.pop(database, None)
    return number


async def in_force(database: Database, record_type: str) -> Model:
    """Return the model of a type; what was in force half a minute ago is good enough."""
    known = _known.setdefault(database, {})
    until, model = known.get(record_type, (0.0, None))
    if model is None or until < time.monotonic():
        row = await database.row(SQL.model_in_force, record_type)
        model = default(record_type) if row is None else Model.read(row["content"].encode())
        known[record_type] = (time.monotonic() + _REMEMBERED_SECONDS, model)
    return model


async def is_own(database: Database, record_type: str) -> bool:
    """Tell whether a model of a type was ever trained on this inventory."""
    return await database.row(SQL.model_in_force, record_type) is not None


async def models(database: Database) -> Sequence[Row]:
    """Return what was trained on what by whom, the latest first."""
    return await database.fetch(SQL.models)
