"""The one place that reads the time of day."""

from datetime import UTC, datetime
from functools import lru_cache


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def parse_instant(text: object) -> datetime | None:
    """Return, in UTC, the instant that an ISO 8601 date or date-time names; None if it names none.

    A date means its first moment, an instant without offset is taken as UTC. Instants before
    the year 1 or after 9999 in UTC cannot be told, nor can leap seconds.
    """
    return _read(text) if isinstance(text, str) else None


@lru_cache(maxsize=8_192)  # most are days, which many records have
def _read(text: str) -> datetime | None:
    try:
        # RFC 3339 lets T and Z be small.
        instant = datetime.fromisoformat(text.upper())
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
