"""Conditions on the values of one document as SQL of DuckDB over it as JSON text.

The values at a path are a list of JSON, lists walked through, made by the macros of `SETUP`. A
value of the first level that is no list is looked at as it is, which costs a fraction.
"""

from collections.abc import Callable, Iterator
from typing import Any

from customer_inventory.record.register.condition import Compared, Condition, Joined, Not, Scalar
from customer_inventory.record.register.crossing import Form, Lacks, Unlike
from customer_inventory.record.register.extract.pattern import shared

Keep = Callable[[Any], str]
"""Keeps a value of a statement, and returns what stands for it there."""
Tests = Callable[[str], Iterator[str]]
"""Yields conditions on a value that it is given the SQL of."""

SETUP = """
CREATE MACRO unwrapped(l) AS flatten(list_transform(l, lambda v:
    CASE WHEN json_type(v) = 'ARRAY' THEN json_extract(v, '$[*]') ELSE [v] END));
CREATE MACRO below(l, k) AS list_filter(list_transform(unwrapped(l), lambda v:
    json_extract(v, k)), lambda v: v IS NOT NULL);
CREATE MACRO step(l, k) AS unwrapped(below(l, k));
CREATE MACRO present(v) AS CASE WHEN v IS NULL THEN []::JSON[] ELSE [v] END;
CREATE MACRO text_of(v) AS json_extract_string(v, '$');
CREATE MACRO number_of(v) AS
    CASE WHEN json_type(v) IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN text_of(v)::DOUBLE END;
"""
_TYPES = {
    "string": "'VARCHAR'", "number": "'UBIGINT', 'BIGINT', 'DOUBLE'", "boolean": "'BOOLEAN'",
    "object": "'OBJECT'", "array": "'ARRAY'",
}  # fmt: skip


def attribute(document: str, name: str) -> str:
    """Return the SQL of an attribute of the first level as JSON; NULL where it is not there."""
    return f"json_extract({document}, {_key(name)})"


def values_at(path: str, document: str) -> str:
    """Return the SQL of the values at a path of a document, as a list of JSON."""
    first, *below = path.split(".")
    made = f"unwrapped(present({attribute(document, first)}))"
    for name in below:
        made = f"step({made}, {_key(name)})"
    return made


def within(condition: Condition, document: str, keep: Keep) -> str:
    """Return the SQL that holds for documents for which `condition` does."""
    match condition:
        case Joined(how, parts):
            sign = " AND " if how == "all" else " OR "
            return f"({sign.join(within(part, document, keep) for part in parts)})"
        case Not(part):
            return f"(NOT {within(part, document, keep)})"
        case Compared(path, "exists", operand):
            there = f"(len({values_at(path, document)}) > 0)"
            return there if operand else f"(NOT {there})"
        case Compared(path):
            return _some(path, document, lambda v: iter([_compared(condition, v, keep)]))


def lacks(lacking: Lacks, document: str) -> str:
    """Return the SQL that holds for documents where a value lacks an attribute.

    What is no object lacks every one, as a JSON path of the database has it.
    """
    above, _, leaf = lacking.path.rpartition(".")
    if not above:
        return f"({attribute(document, leaf)} IS NULL)"
    return _among(f"unwrapped({values_at(above, document)})", f"NOT json_exists(v, {_key(leaf)})")


def unlike(wrong: Unlike, document: str, keep: Keep) -> str:
    """Return the SQL that holds for documents with a value that is not of a form.

    Raises Inexpressible for a pattern that means something else here.
    """
    path, form = wrong.path, wrong.form
    parts = []
    if any(_tests(form, "v", lambda _: "")):
        # A filter of a JSON path walks through what is a list within a list.
        parts.append(_some(path, document, lambda v: _tests(form, v, keep)))
    if form.min_length is not None or form.max_length is not None:
        parts.append(_some(path, document, lambda v: _lengths(form, v), is_deep=False))
    return f"({' OR '.join(parts)})"


def _compared(compared: Compared, value: str, keep: Keep) -> str:
    if compared.sign in ("is", "in"):
        wanted = compared.operand if compared.sign == "in" else (compared.operand,)
        return f"({' OR '.join(_equal(each, value, keep) for each in wanted)})"
    sign = ">=" if compared.sign == "atLeast" else "<="
    return f"number_of({value}) {sign} {keep(float(compared.operand))}"


def _equal(wanted: Scalar, value: str, keep: Keep) -> str:
    if isinstance(wanted, bool):
        said = str(wanted).lower()
        return f"(json_type({value}) = 'BOOLEAN' AND text_of({value}) = '{said}')"
    if isinstance(wanted, str):
        return f"(json_type({value}) = 'VARCHAR' AND text_of({value}) = {keep(wanted)})"
    return f"(number_of({value}) = {keep(float(wanted))})"


def _tests(form: Form, value: str, keep: Keep) -> Iterator[str]:
    """Yield the conditions under which a value is not of a form, but for lengths."""
    if form.type is not None:
        yield f"json_type({value}) NOT IN ({_TYPES[form.type]})"
    if form.is_whole:
        yield f"floor(number_of({value})) <> number_of({value})"
    for pattern in form.patterns:
        said = keep(shared(pattern))
        is_text = f"json_type({value}) = 'VARCHAR'"
        yield f"({is_text} AND NOT regexp_matches(text_of({value}), {said}))"
    if form.values is not None:
        equal = (f"coalesce({_equal(each, value, keep)}, FALSE)" for each in form.values)
        yield f"NOT ({' OR '.join(equal)})"
    for limit, sign in ((form.minimum, "<"), (form.maximum, ">")):
        if limit is not None:
            yield f"number_of({value}) {sign} {keep(float(limit))}"


def _lengths(form: Form, value: str) -> Iterator[str]:
    """Yield the conditions under which a text is shorter or longer than a form has it."""
    for length, sign in ((form.min_length, "<"), (form.max_length, ">")):
        if length is not None:
            is_text = f"json_type({value}) = 'VARCHAR'"
            yield f"({is_text} AND length(text_of({value})) {sign} {length:d})"


def _some(path: str, document: str, tests: Tests, *, is_deep: bool = True) -> str:
    """Return the SQL that one of some tests holds for one of the values at a path."""
    values = values_at(path, document)
    among = _among(f"unwrapped({values})" if is_deep else values, _any(tests("v")))
    if "." in path:
        return among
    value = attribute(document, path)
    return (
        f"(CASE json_type({value}) WHEN 'ARRAY' THEN {among}"
        f" ELSE {value} IS NOT NULL AND ({_any(tests(value))}) END)"
    )


def _any(tests: Iterator[str]) -> str:
    return " OR ".join(f"coalesce({test}, FALSE)" for test in tests)


def _among(values: str, test: str) -> str:
    """Return the SQL that a test holds for one of the values `v` of a list."""
    return f"(len(list_filter({values}, lambda v: coalesce({test}, FALSE))) > 0)"


def _key(name: str) -> str:
    return f"""'$."{name}"'"""
