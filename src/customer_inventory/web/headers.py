"""Headers that every answer carries, whichever door it leaves by."""

from urllib.parse import urlsplit

_YEAR = 31_536_000


def common(base: str) -> list[tuple[str, str]]:
    """Return the headers of every answer of a service whose callers reach it at `base`.

    Nothing is taken for another type than it says (Fetch standard, `nosniff`); who came over TLS
    comes over TLS for a year (RFC 6797), which only a host that has TLS may say of itself.
    """
    found = [("X-Content-Type-Options", "nosniff")]
    if urlsplit(base).scheme == "https":
        found.append(("Strict-Transport-Security", f"max-age={_YEAR}; includeSubDomains"))
    return found
