"""The operations that are measured: what each is as a bare statement, and what is aimed at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PATH = "/tmf-api/partyManagement/v5/individual"
OURS, BARE, SAME = "service", "bare statement", "our statement"
TYPICAL, DJANGO = "typical ORM", "Django REST"
GRAPHQL, DIRECTUS = "PostGraphile", "Directus"


@dataclass(frozen=True)
class Script:
    """A statement for pgbench, with `{i}` in the names of its variables.

    A transaction of pgbench runs it `block` times with the values of one row of the table
    `bench.<values>` (none: the statement has no variables of that kind). `randoms` are
    the variables that pgbench draws itself, with their bounds; of several scripts each runs by
    its `weight`.
    """

    name: str
    statement: str
    block: int = 20
    values: str | None = None
    randoms: tuple[tuple[str, int, int], ...] = ()
    weight: int = 1


@dataclass(frozen=True)
class Kind:
    """One operation, and the least ratio of our rate to that of whom we are compared with.

    A list is of `size` records and, if so, of a `status`. Aims are by name and number of clients.
    """

    name: str
    title: str
    bare: tuple[Script, ...] = ()
    writes: bool = False
    size: int = 20
    status: str | None = None
    aims: Mapping[tuple[str, int], float] = field(default_factory=dict)


_BARE_GET = Script(
    "get",
    "select id, revision, body from record.individual where id = :id{i} and bucket = :bucket{i};",
    block=50,
    values="ids",
)
_BARE_PATCH = Script(
    "patch",
    "update record.individual"
    """ set body = (:head{i}::text || :value{i} || '"}}')::json, revision = revision + 1"""
    " where id = :id{i} and bucket = :bucket{i};",
    values="heads",
    randoms=(("value", 100_000, 999_999),),
)

GET = Kind(
    "get",
    "GET by id",
    bare=(_BARE_GET,),
    aims={
        (TYPICAL, 32): 20,
        (DJANGO, 32): 10,
        (GRAPHQL, 32): 5,
        (DIRECTUS, 32): 25,
        (SAME, 32): 0.5,
        (SAME, 128): 0.7,
    },
)
LIST = Kind(
    "list",
    "list of 20",
    bare=(
        Script("list", "select id, revision, body from record.individual order by id limit 20;"),
    ),
)
FILTER = Kind(
    "filter",
    "list by status",
    bare=(
        Script(
            "filter",
            "select id, revision, body from record.individual"
            " where status = 'validated' order by id limit 20;",
        ),
    ),
    status="validated",
)
SEARCH = Kind("search", "search by name")
AROUND = Kind("360", "360", aims={(TYPICAL, 32): 10})
POST = Kind(
    "post",
    "POST",
    bare=(
        Script(
            "post",
            # An id of the form of ours, in the last bucket; it is computed in a microsecond.
            "insert into record.individual ("
            "id, bucket, subject_id, revision, operation, body, recorded_at, process, purpose,"
            " name, family_name, given_name, status)"
            """ select id, 1023, id, 1, 'create', ('{{"id":"' || id || '",' || :rest{i}::text)"""
            "::json, now(), 'bare', 'benchmark', :name{i}, :family_name{i}, :given_name{i},"
            " :status{i} from (select 'zz' || lpad(:high{i}::text, 12, '0')"
            " || lpad(:low{i}::text, 12, '0') as id) as made;",
            values="documents",
            randoms=(("high", 0, 999_999_999_999), ("low", 0, 999_999_999_999)),
        ),
    ),
    writes=True,
    aims={(TYPICAL, 32): 5, (SAME, 32): 0.5},
)
PATCH = Kind(
    "patch",
    "PATCH",
    bare=(_BARE_PATCH,),
    writes=True,
    aims={(TYPICAL, 32): 5, (SAME, 32): 0.5},
)
DELETE = Kind("delete", "DELETE", writes=True)
MIXED = Kind(
    "mixed",
    "9 GET, 1 PATCH",
    # Of one length, so that they come in these parts.
    bare=(replace(_BARE_GET, block=20, weight=9), _BARE_PATCH),
    writes=True,
)

KINDS = (GET, LIST, FILTER, SEARCH, AROUND, POST, PATCH, DELETE, MIXED)
