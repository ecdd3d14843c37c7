"""Sizes in bytes, in powers of ten (IEC 80000-13 has the other ones under other names)."""

KILOBYTE, MEGABYTE, GIGABYTE, TERABYTE = 1e3, 1e6, 1e9, 1e12
UNITS = (("TB", TERABYTE), ("GB", GIGABYTE), ("MB", MEGABYTE), ("kB", KILOBYTE))
"""Units by name, the largest first."""


def unit_of(count: float) -> tuple[str, float]:
    """Return the unit in which people say so many bytes, and how many of them it has."""
    return next(((unit, size) for unit, size in UNITS if abs(count) >= size), ("bytes", 1))


def sized(count: float) -> str:
    """Return bytes as people say them, in English."""
    unit, size = unit_of(count)
    return f"{count / size:.1f} {unit}" if size > 1 else f"{count:.0f} {unit}"
