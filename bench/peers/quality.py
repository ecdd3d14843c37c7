"""Ten rules asked by a data-quality library: `python quality.py LIBRARY RELATION DSN`.

It prints, as JSON, for each rule how many rows fail and how many of them it could name, and the
seconds from the first call to the last failing id in memory. Imports are not counted.
"""

import importlib.metadata
import json
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

TEN = json.loads(sys.stdin.read())
"""The rules: column, kind, and what is required."""
MOST = 10_000_000


def great_expectations(dsn: str, relation: str) -> list[list[int]]:
    import great_expectations as gx  # noqa: PLC0415

    made: dict[str, Any] = {
        "missing": lambda column, _: gx.expectations.ExpectColumnValuesToNotBeNull(column=column),
        "values": lambda column, what: gx.expectations.ExpectColumnValuesToBeInSet(
            column=column, value_set=list(what)
        ),
        "pattern": lambda column, what: gx.expectations.ExpectColumnValuesToMatchRegex(
            column=column, regex=what
        ),
        "longest": lambda column, what: gx.expectations.ExpectColumnValueLengthsToBeBetween(
            column=column, max_value=what
        ),
    }
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    # It wants a host; the socket that the query names goes before it.
    named = dsn.replace("@/", "@localhost/", 1)
    source = context.data_sources.add_postgres("bench", connection_string=named)
    batch = (
        source.add_table_asset("person", table_name=relation, schema_name="bench")
        .add_batch_definition_whole_table("all")
        .get_batch()
    )
    asked = [made[kind](column, what) for column, kind, what in TEN]
    suite = gx.ExpectationSuite(name="ten", expectations=asked)
    wanted = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["id"],
        # Unless it is raised, a table of a database is told of twenty.
        "partial_unexpected_count": MOST,
    }
    results = batch.validate(suite, result_format=wanted).results
    # They come in an order of their own.
    by_rule = {
        (each.expectation_config.type, each.expectation_config.kwargs["column"]): each.result
        for each in results
    }
    found = [
        by_rule[each.expectation_type, column]
        for each, (column, _, _) in zip(asked, TEN, strict=True)
    ]
    return [
        [each["unexpected_count"], len(each.get("unexpected_index_list") or [])] for each in found
    ]


def pointblank(dsn: str, relation: str) -> list[list[int]]:
    import ibis  # noqa: PLC0415
    import pointblank as pb  # noqa: PLC0415

    parts = urlsplit(dsn)
    asked = parse_qs(parts.query)
    connection = ibis.postgres.connect(
        host=asked.get("host", [parts.hostname])[0],
        port=int(asked.get("port", [parts.port or 5432])[0]),
        user=parts.username,
        password=parts.password,
        database=parts.path.strip("/"),
        schema="bench",
    )
    check: Any = pb.Validate(data=connection.table(relation, database="bench"))
    for column, kind, what in TEN:
        if kind == "missing":
            check = check.col_vals_not_null(columns=column)
        elif kind == "values":
            # Its own test of a set takes what is missing for wrong.
            check = check.col_vals_regex(
                columns=column, pattern=f"^({'|'.join(what)})$", na_pass=True
            )
        elif kind == "pattern":
            check = check.col_vals_regex(columns=column, pattern=what, na_pass=True)
        else:
            check = check.col_vals_regex(columns=column, pattern=f"^.{{0,{what}}}$", na_pass=True)
    check = check.interrogate(extract_limit=MOST)
    counts = check.n_failed()
    told = []
    for number in range(1, len(TEN) + 1):
        rows = check.get_data_extracts(i=number, frame=True)
        named = 0 if rows is None else len(rows)
        told.append([int(counts[number]), named])
    return told


LIBRARIES = {"great_expectations": great_expectations, "pointblank": pointblank}

if __name__ == "__main__":
    ask = LIBRARIES[sys.argv[1]]
    __import__(sys.argv[1])
    begun, spent = time.monotonic(), time.process_time()
    counted = ask(sys.argv[3], sys.argv[2])
    seconds, cpu = time.monotonic() - begun, time.process_time() - spent
    version = importlib.metadata.version(sys.argv[1].replace("_", "-"))
    print(json.dumps({"seconds": seconds, "cpu": cpu, "counted": counted, "version": version}))
