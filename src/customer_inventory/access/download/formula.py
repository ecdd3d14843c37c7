"""Cells that a spreadsheet would run: guarded when written for people, restored when read back.

A program that opens CSV takes a cell for a formula by its first visible character. The guard is
an apostrophe before such a cell, and before one that begins as a guarded cell does, so that
`unguarded` gives back exactly what `guarded` was given.
"""

import unicodedata

GUARD = "'"

_STARTS = frozenset("=+-@\t\r|%")
_IGNORED = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
"""Control, format and space characters: a program may drop them before it looks."""


def guarded(cell: str) -> str:
    """Return `cell` such that no program takes it for a formula."""
    return GUARD + cell if _begins_formula(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell that `guarded` was given."""
    return cell[1:] if cell.startswith(GUARD) and _begins_formula(cell[1:]) else cell


def _begins_formula(cell: str) -> bool:
    for character in cell:
        if character in _STARTS:
            return True
        # A full-width or small form of a sign is normalised to it by some programs.
        if unicodedata.normalize("NFKC", character)[:1] in _STARTS:
            return True
        if character != GUARD and unicodedata.category(character) not in _IGNORED:
            return False
    return False
