"""What is old is let go: base copies past their time, and the log that only they needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.facilities.backup.archiving import place_of, segments
from customer_inventory.facilities.backup.catalogue import Backup, Folder, backups, chain, strike
from customer_inventory.kit.clock import now


@dataclass(frozen=True)
class Expired:
    """Ids of the base copies that went, and how many segments of the log."""

    backups: list[str]
    segments: int


def expire(folder: Folder, keep: timedelta, *, dry_run: bool = False) -> Expired:
    """Let go of what is not needed to restore to any instant of the last `keep`.

    The last whole copy before that time stays, with all that it follows on, and so does the last of
    all. With `dry_run` nothing goes.
    """
    every = backups(folder)
    kept = _kept(every, now() - keep)
    gone = [each for each in every if each.id not in kept]
    first = min((place_of(each.start) for each in every if each.id in kept), default=None)
    log = [] if first is None else [each for each in segments(folder) if each.place < first]
    old = [each for each in log if each.is_sealed]
    if not dry_run:
        # The copies that others follow on go last: a chain that is cut short is still whole.
        for backup in reversed(gone):
            strike(folder, backup.id)
        for segment in old:
            segment.file.unlink(missing_ok=True)
    return Expired([each.id for each in gone], len(old))


def _kept(every: Sequence[Backup], since: datetime) -> set[str]:
    before = [each for each in every if each.ended_at <= since]
    wanted = [each for each in every if each.ended_at > since] + before[-1:]
    return {part.id for each in wanted or every[-1:] for part in chain(every, each)}
