"""What the fuzzer is told of the inventory: ids that are there, and bodies that are taken.

Of random bodies and ids hardly one gets past the first check. Some of what is generated is
therefore laid over a believable body, and some ids are those of records that are there; which,
follows from the generated value itself, so that a seed gives the same run again. Loaded by the
fuzzer (SCHEMATHESIS_HOOKS); the facts are in the file that CINV_FUZZ_KNOWN names.
"""

import json
import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

import schemathesis

from tests.fuzz.parts import ids_for

_OFTEN = 190
"""Of 256: so many values are put in the place of generated ones."""
_SELDOM = 40
"""What is removed is not there for the rest of the run."""
_KNOWN: dict[str, Any] = json.loads(Path(os.environ["CINV_FUZZ_KNOWN"]).read_text("utf-8"))


def _dice(value: object) -> bytes:
    return blake2b(repr(value).encode("utf-8", "surrogatepass")).digest()


def _one(choice: list[Any], dice: bytes) -> Any:
    return choice[dice[1] % len(choice)]


@schemathesis.hook
def map_path_parameters(context: schemathesis.HookContext, path_parameters: Any) -> Any:
    """Let a path often lead to what is there."""
    if not isinstance(path_parameters, dict):
        return path_parameters
    dice, path = _dice(path_parameters), context.operation.path
    if dice[0] >= (_SELDOM if context.operation.method.upper() == "DELETE" else _OFTEN):
        return path_parameters
    return {name: _one(ids_for(_KNOWN, path, name), dice) for name in path_parameters}


@schemathesis.hook
def map_query(context: schemathesis.HookContext, query: Any) -> Any:
    """Let some parameters of a query be ones that are understood."""
    wanted = _KNOWN["queries"].get(context.operation.path) or _KNOWN["queries"]["*"]
    if not isinstance(query, dict):
        return query
    taken = {}
    for name, value in query.items():
        dice = _dice((name, value))
        is_known = name in wanted and dice[0] < _OFTEN
        taken[name] = _one(wanted[name], dice) if is_known else value
    return taken


@schemathesis.hook
def map_headers(context: schemathesis.HookContext, headers: Any) -> Any:
    """Let an entity tag often be one."""
    if not isinstance(headers, dict):
        return headers
    return {
        name: '"1"' if name in ("If-Match", "If-None-Match") and _dice(value)[0] < _OFTEN else value
        for name, value in headers.items()
    }


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    """Lay some of what was generated over a body that is taken."""
    bodies = _KNOWN["bodies"].get(f"{context.operation.method.upper()} {context.operation.path}")
    dice = _dice(body)
    if bodies is None or not isinstance(body, dict) or dice[0] >= _OFTEN:
        return body
    base = _one(bodies, dice)
    members = {name: part for name, part in body.items() if _dice((name, part))[0] < 40}
    return {**base, **members}


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Any, case: Any, response: Any
) -> bool:
    """Drop what is meant so: the past of a record outlives it."""
    is_of_the_past = case.operation.path.endswith("/history")
    return not (is_of_the_past and type(failure).__name__ == "UseAfterFree")
