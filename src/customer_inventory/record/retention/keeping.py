"""What must be kept is not removed: deletion and erasure are refused, with rule and date."""

from collections.abc import Mapping
from datetime import datetime

from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.retention.ending import Standing, standing
from customer_inventory.record.retention.policy import Policy, Rule
from customer_inventory.store.database import Database


class Kept(Conflict):
    """A rule of retention keeps what was to be erased or deleted."""

    code = "retained"

    def __init__(self, kind: str, rule: Rule, until: datetime | None, others: int) -> None:
        end = (
            f"until {until:%Y-%m-%d}"
            if until
            else f"while it is in force and {rule.minimum} after its end"
        )
        more = f" So must {others} more." if others else ""
        super().__init__(
            f"A record of type {kind} must be kept {end}: {rule.name} ({rule.source}).{more}",
            hint="Restrict what is done with it until then; correct what is wrong in it.",
        )
        self.rule = rule.name
        self.until = until


class Keeping:
    """Keeps records of one database by `policy`; without one everything may go."""

    def __init__(self, database: Database, policy: Policy | None) -> None:
        self._database = database
        self.policy = policy

    async def refuse_if_kept(self, kinds: Mapping[str, str], *, at: datetime | None = None) -> None:
        """Raise Kept when one of the records `kinds` (types by id) must be kept at `at`, or now."""
        policy = self.policy
        if policy is None:
            return
        asked = {i: k for i, k in kinds.items() if _must_be_kept(policy, k)}
        found = await standing(self._database, policy, asked)
        kept = [
            (each, until) for each in found if (until := _until(policy, each)) is None
            or until > (at or now())
        ]  # fmt: skip
        if kept:
            # What is still in force is kept longest.
            kept.sort(key=lambda item: (item[1] is None, item[1].timestamp() if item[1] else 0.0))
            each, until = kept[-1]
            rule = policy.of(each.declared)
            assert rule is not None  # noqa: S101 - only types with a rule were asked for
            raise Kept(each.declared.name, rule, until, len(kept) - 1)


def _must_be_kept(policy: Policy, kind: str) -> bool:
    rule = policy.rules.get(policy.types.get(kind, ""))
    return rule is not None and rule.minimum is not None


def _until(policy: Policy, each: Standing) -> datetime | None:
    """Return until when a record must be kept; None: its end is not known."""
    rule = policy.of(each.declared)
    return rule.kept_until(each.end) if rule and each.end else None
