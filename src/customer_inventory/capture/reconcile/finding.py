"""What a reconciliation finds, kept in the worklist: each thing once, however often it is found.

What was decided of it stays while both sides say what they said then, and as long as it was
decided for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, get_args

from customer_inventory.capture.refusal import Refusal
from customer_inventory.record.document import encode, encode_sorted
from customer_inventory.store.database import Connection
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Kind = Literal["missingHere", "missingThere", "different", "refused", "inconsistent"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_DIGEST_BYTES = 16
_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in which a source and the inventory do not agree.

    `path` is the element that differs, with what it is `here` and `there`; a record that is missing
    has none. `line` is that of the extract, `told` tells rows without a key apart. What is
    inconsistent fails the `rule` of a pack.
    """

    kind: Kind
    namespace: int
    record_type: str
    record_id: str
    path: str = ""
    here: Any = None
    there: Any = None
    requirement: str | None = None
    reason: str | None = None
    line: int | None = None
    told: str = ""
    rule: str | None = None

    @property
    def key(self) -> bytes:
        """What tells it from every other finding."""
        parts = (str(self.namespace), self.record_id, self.kind, self.path, self.told)
        return blake2b("\x1f".join(parts).encode(), digest_size=_DIGEST_BYTES).digest()

    @property
    def digest(self) -> bytes:
        """What both sides say."""
        said = encode_sorted([self.here, self.there, self.reason])
        return blake2b(said, digest_size=_DIGEST_BYTES).digest()


def refused(namespace: int, record_type: str, record_id: str, refusal: Refusal) -> Finding:
    """Return the finding that a row of the extract cannot be compared, and why."""
    first = refusal.problems[0]
    reasons = (f"{each.path}: {each.message}" if each.path else each.message
               for each in refusal.problems)  # fmt: skip
    return Finding(
        "refused", namespace, record_type, record_id, requirement=first.requirement,
        reason="; ".join(reasons)[:_LONGEST_REASON], line=refusal.line,
        told="" if record_id else refusal.sha256.hex(),
    )  # fmt: skip


async def keep(connection: Connection, reconciliation: int, findings: Sequence[Finding]) -> None:
    """Put findings into the worklist, in the open transaction: open, unless it was decided."""
    once = {each.key: each for each in findings}
    if not once:
        return
    rows = [
        (each.key, each.namespace, each.kind, each.record_type, each.record_id, each.path,
         _json(each.here), _json(each.there), each.digest, each.requirement, each.reason,
         each.line, each.rule)
        for each in once.values()
    ]  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    await connection.execute(SQL.keep_findings, reconciliation, *columns)


def _json(value: Any) -> bytes | None:
    return None if value is None else encode(value)
