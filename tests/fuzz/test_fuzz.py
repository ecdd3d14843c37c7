"""A short run of the fuzzer over every part of the OpenAPI document; `./run fuzz` is the long one.

It tries the same each time, so that a change answers for what it changed alone; `./run fuzz` looks
elsewhere each time, as CINV_FUZZ_SEED does here. What it finds becomes an ordinary test: of
documents in test_documents.py.
"""

import os
from pathlib import Path

import pytest

from customer_inventory.store.database import Database
from tests.fuzz.parts import OAUTH, PROGRAM, parts_of, whole
from tests.fuzz.target import target

_SECONDS = {"whole": 70, OAUTH: 8}
_EXAMPLES = ("--max-examples", "4", "--no-shrink")
_SEED = 20_260_101
_TRIED = {200, 201, 204, 400, 404, 409}


@pytest.mark.skipif(not PROGRAM.exists(), reason="the extra `fuzz` (schemathesis) is not installed")
async def test_no_fault_and_no_answer_that_is_not_described(
    dsn: str, database: Database, tmp_path: Path
) -> None:
    seed = int(os.environ.get("CINV_FUZZ_SEED", _SEED))
    async with target(dsn, database, tmp_path) as there:
        outcomes = [
            await there.fuzz(
                part,
                seconds=_SECONDS[part.name],
                seed=seed,
                phases=("fuzzing",),
                more=_EXAMPLES,
            )
            for part in whole(there.document)
        ]
        statuses = await there.answered()
    for outcome in outcomes:
        assert outcome.is_clean, f"seed {seed}\n{outcome.told}"
        assert outcome.cases > outcome.part.operations, outcome.told
    assert statuses.keys() >= _TRIED
    assert not [status for status in statuses if status >= 500]


def test_every_path_is_in_one_part() -> None:
    paths = ("/tmf-api/party/v4/hub", "/tmf-api/party/v4/individual/{id}", "/inventory/v1/x",
             "/oauth2/token", "/.well-known/oauth-authorization-server")  # fmt: skip
    parts = parts_of({"paths": {path: {"get": {}, "parameters": []} for path in paths}})
    assert {part.name: part.operations for part in parts} == {
        "party/v4": 2, "inventory/v1": 1, "oauth2": 2,
    }  # fmt: skip
