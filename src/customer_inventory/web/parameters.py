"""Parameters of a query string: taken apart, decoded, and read as what they should be."""

from urllib.parse import unquote_plus

from customer_inventory.kit.errors import Invalid

_MOST_PARTS = 50


def known(raw: bytes, *names: str) -> dict[str, str]:
    """Return the parameters of a query that knows `names` alone, each given once at most.

    Raises Invalid, naming the parameter, for any other and for one given twice.
    """
    found: dict[str, str] = {}
    for part in parts(raw):
        name, _, value = part.partition("=")
        if decoded(name) not in names:
            hint = f"Known: {', '.join(names)}." if names else "None is."
            raise Invalid("is not known here.", path=decoded(name)[:100], hint=hint)
        note(found, decoded(name), [decoded(value)])
    return found


def only(raw: bytes, name: str) -> str | None:
    """Return the value of the one parameter `name` that is known, None when it was not sent."""
    return known(raw, name).get(name)


def parts(raw: bytes) -> list[str]:
    """Return the parts of a query string, still percent-encoded."""
    parts = [part for part in raw.decode("latin-1").split("&") if part]
    if len(parts) > _MOST_PARTS:
        raise Invalid(f"The query has more than {_MOST_PARTS} parts.", code="invalidFilter")
    return parts


def note(found: dict[str, str], name: str, values: list[str]) -> None:
    """Note the value of a parameter that may be given once; raise Invalid for a second."""
    if name in found or len(values) > 1:
        raise Invalid("is given more than once.", path=name, code="invalidPage")
    found[name] = values[0]


def decoded(text: str) -> str:
    """Return percent-encoded `text` decoded; raise Invalid when it is not UTF-8."""
    try:
        return unquote_plus(text.encode("latin-1").decode("ascii"), errors="strict")
    except UnicodeDecodeError:
        raise Invalid("The query is not percent-encoded UTF-8.", code="invalidFilter") from None


def number(text: str, name: str, most: int, *, least: int = 0) -> int:
    """Return the whole number from `least` to `most` that `text` writes; raise Invalid for none."""
    # No longer than it can be: a number of thousands of digits is not worth reading.
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not least <= int(text) <= most:
        raise Invalid(
            f"must be a whole number from {least} to {most}.", path=name, code="invalidPage"
        )
    return int(text)
