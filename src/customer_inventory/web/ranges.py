"""Ranges of a body (RFC 9110 section 14): which bytes a caller wants."""

import re

from customer_inventory.kit.errors import Invalid

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class OutsideRange(Invalid):
    """No byte of the range that was asked for is there: the body has `size` bytes."""

    code = "outsideRange"

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"The range lies outside of {size} bytes.", path="Range")


def span_of(header: str, size: int) -> tuple[int, int] | None:
    """Return the bytes of a Range header, from and to before; None: all of them.

    A header that is not understood, or names several ranges, is as if it were not there. Raises
    OutsideRange for one of which no byte is there.
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
    if start >= stop:
        raise OutsideRange(size)
    return start, stop
