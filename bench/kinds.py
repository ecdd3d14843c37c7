"""The operations that are measured: what each is over HTTP, and as a bare statement."""

from dataclasses import dataclass

PATH = "/tmf-api/partyManagement/v5/individual"


@dataclass(frozen=True)
class Kind:
    """One operation on individuals.

    `script` is the file in `load/`, without its ending, that sends it to `PATH` + `query`.
    `statement` is the bare one for pgbench, with `{i}` in the names of its variables; a
    transaction of pgbench runs it `block` times with the values of one row of the table
    `bench.<values>` (none: the statement has no variables of that kind). `randoms` are
    the variables that pgbench draws itself, with their bounds.
    """

    name: str
    title: str
    script: str
    statement: str
    query: str = ""
    block: int = 20
    values: str | None = None
    randoms: tuple[tuple[str, int, int], ...] = ()
    writes: bool = False
    aim_bare: float | None = None
    aim_typical: float | None = None


GET = Kind(
    name="get",
    title="GET by id",
    script="get",
    statement="select id, revision, body from record.individual"
    " where id = :id{i} and bucket = :bucket{i};",
    block=50,
    values="ids",
    aim_bare=0.3,
    aim_typical=12,
)
LIST = Kind(
    name="list",
    title="list of 20",
    script="list",
    query="?limit=20",
    statement="select id, revision, body from record.individual order by id limit 20;",
)
FILTER = Kind(
    name="filter",
    title="list by status",
    script="list",
    query="?status=validated&limit=20",
    statement="select id, revision, body from record.individual"
    " where status = 'validated' order by id limit 20;",
)
PATCH = Kind(
    name="patch",
    title="PATCH",
    script="patch",
    statement="update record.individual"
    """ set body = (:head{i}::text || :value{i} || '"}}')::json, revision = revision + 1"""
    " where id = :id{i} and bucket = :bucket{i};",
    values="heads",
    randoms=(("value", 100_000, 999_999),),
    writes=True,
    aim_typical=4,
)
POST = Kind(
    name="post",
    title="POST",
    script="post",
    # An id of the form of ours, in the last bucket; PostgreSQL computes it in about a microsecond.
    statement="insert into record.individual ("
    "id, bucket, subject_id, revision, operation, body, recorded_at, process, purpose,"
    " name, family_name, given_name, status)"
    """ select id, 1023, id, 1, 'create', ('{{"id":"' || id || '",' || :rest{i}::text)::json,"""
    " now(), 'bare', 'benchmark', :name{i}, :family_name{i}, :given_name{i}, :status{i}"
    " from (select 'zz' || lpad(:high{i}::text, 12, '0') || lpad(:low{i}::text, 12, '0') as id)"
    " as made;",
    values="documents",
    randoms=(("high", 0, 999_999_999_999), ("low", 0, 999_999_999_999)),
    writes=True,
    aim_typical=4,
)

KINDS = (GET, LIST, FILTER, PATCH, POST)
