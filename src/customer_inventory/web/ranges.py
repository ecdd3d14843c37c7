"""Ranges of a body (RFC 9110 section 14): which bytes a caller wants."""

import re

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def span_of(header: str, size: int) -> tuple[int, int] | None:
    """Return the bytes of a Range header, from and to before; (0, 0): none; None: all of them.

    A header that is not understood, or names several ranges, is as if it were not there.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or (not match[1] and not match[2]):
        return None
    if not match[1]:
        start, stop = max(size - int(match[2]), 0), size
    else:
        start, stop = int(match[1]), min(int(match[2] or size) + 1, size)
        if match[2] and int(match[2]) < start:
            return None
    return (start, stop) if start < stop else (0, 0)
