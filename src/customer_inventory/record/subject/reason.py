"""References to cases: the reason that stays when the subject is gone."""

import re

from customer_inventory.kit.errors import Invalid

_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./#_-]{2,63}")


def check_case(reason: str, path: str = "reason") -> str:
    """Return `reason` if it is a reference to a case; raise Invalid for anything else.

    It outlives the subject's data, so it must not be free text: that may hold names.
    """
    if not _CASE.fullmatch(reason):
        raise Invalid(
            "is no reference to a case.",
            path=path,
            hint="Give one such as DSR-2026-17: 3 to 64 letters, digits and :./#_- only.",
        )
    return reason
