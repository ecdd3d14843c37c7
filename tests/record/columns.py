"""What search columns ought to say, in SQL of its own: taken from the body as it is kept."""

from customer_inventory.record.declare import Column, RecordType
from customer_inventory.store.database import Database


def extracted(column: Column) -> str:
    """Return the SQL of what the body says at the column's paths, or in the item it names."""
    if column.item is not None:
        first = (
            "SELECT i.item ->> 'value' FROM json_array_elements(CASE"
            f" json_typeof(r.body -> '{column.paths[0]}') WHEN 'array' THEN"
            f" r.body -> '{column.paths[0]}' ELSE '[]' END) WITH ORDINALITY AS i (item, place)"
            f" WHERE i.item ->> 'name' = '{column.item}'"
            " AND json_typeof(i.item -> 'value') = 'string' AND i.item ->> 'value' <> ''"
            " ORDER BY i.place LIMIT 1"
        )
        return f"({first})"
    steps = [f"'{{{','.join(path.split('.'))}}}'" for path in column.paths]
    found = ", ".join(
        f"CASE json_typeof(r.body #> {path}) WHEN 'string' THEN nullif(r.body #>> {path}, '') END"
        for path in steps
    )
    return f"nullif(concat_ws(' ', {found}), '')" if column.join else f"coalesce({found})"


async def differing(database: Database, declared: RecordType) -> list[object]:
    """Return the records of which a column says something else than the body."""
    tests = [f"r.{c.name} IS DISTINCT FROM {extracted(c)}" for c in declared.columns]
    for name, place in zip(("valid_from", "valid_to"), declared.period_paths, strict=True):
        path = f"{{{place.replace('.', ',')}}}"
        # A date means its first moment in UTC.
        said = f"(r.body #>> '{path}')"
        instant = f"CASE WHEN length({said}) = 10 THEN {said} || 'T00:00:00Z' ELSE {said} END"
        tests.append(f"r.{name} IS DISTINCT FROM ({instant})::timestamptz")
    rows = await database.fetch(
        f"SELECT r.* FROM record.{declared.table} AS r WHERE {' OR '.join(tests)}"
    )
    return [dict(row) for row in rows]
