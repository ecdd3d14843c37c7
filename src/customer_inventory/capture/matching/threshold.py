"""The declared scores: from which on a pair is queued, warned of, and merged unasked."""

from dataclasses import dataclass

from customer_inventory.kit.settings import Settings


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from 0 to 1; `merge` is None where nothing is merged unasked."""

    queue: float = 0.5
    warn: float = 0.8
    merge: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Thresholds":
        """Return what the settings declare, in per cent."""
        merge = settings.match_merge_percent
        return cls(
            settings.match_queue_percent / 100,
            settings.match_warn_percent / 100,
            merge / 100 if merge else None,
        )
