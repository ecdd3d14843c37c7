"""The certificate of an erasure: what went, when, by whom and for which case; hashed and signed."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from customer_inventory.kit.clock import now
from customer_inventory.record.document import encode_sorted
from customer_inventory.record.subject.belonging import Belongings
from customer_inventory.store.database import Row

Sign = Callable[[str], Mapping[str, str]]
"""Signs a SHA-256 in hex: algorithm, key and value. The key is a higher room's."""

_OVER_IT = ("sha256", "signature")


def certificate(
    row: Row, found: Belongings, counts: Mapping[str, int], sign: Sign | None
) -> dict[str, Any]:
    """Return the certificate of the erasure noted in `row`; signed, if `sign` is there."""
    told = {
        "id": row["id"],
        "subjectId": found.subject_id,
        "reason": row["reason"],
        "process": row["process"],
        "person": row["person"],
        "purpose": row["purpose"],
        "begunAt": row["begun_at"].isoformat(),
        "endedAt": now().isoformat(),
        "removed": dict(Counter(found.own.values())),
        "anonymised": dict(Counter(found.shared.values())),
        "rows": {place: rows for place, rows in sorted(counts.items()) if rows},
    }
    sha256 = digest(told)
    signature = {"signature": dict(sign(sha256))} if sign else {}
    return {**told, "sha256": sha256, **signature}


def digest(told: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a certificate: of its JSON, sorted, without digest and signature."""
    plain = {name: value for name, value in told.items() if name not in _OVER_IT}
    return hashlib.sha256(encode_sorted(plain)).hexdigest()


def readable(told: Mapping[str, Any]) -> str:
    """Return a certificate as text for people."""
    signature = told.get("signature")
    lines = [
        f"Certificate of erasure {told['id']}",
        f"Subject {told['subjectId']}, case {told['reason']}",
        f"Begun {told['begunAt']}, ended {told['endedAt']}",
        f"By {told['person'] or told['process']} ({told['process']}, {told['purpose']})",
        "",
        "Removed: " + (_summed(told["removed"]) or "nothing"),
        "Taken out of records of others: " + (_summed(told["anonymised"]) or "nothing"),
        "",
        *(f"{rows:>8}  {place}" for place, rows in told["rows"].items()),
        "",
        f"SHA-256 {told['sha256']}",
    ]
    if signature:
        lines.append(f"Signed  {signature['algorithm']}, key {signature['key']}")
    return "\n".join(lines)


def _summed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in _sorted(counts.items()))


def _sorted(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(items, key=lambda item: (-item[1], item[0]))
