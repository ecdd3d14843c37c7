"""The one place that reads the time of day."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def parse_instant(text: object) -> datetime | None:
    """Return the instant that an ISO 8601 date or date-time names; None if it names none.

    A date means its first moment, an instant without offset is taken as UTC.
    """
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
