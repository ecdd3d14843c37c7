"""Documents from bytes and to bytes, and the values they keep."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, is_id, new_id
from customer_inventory.record import document as d
from tests.record.samples import CUSTOMER, INDIVIDUAL, customer, person

SECRET = "Geheimrat"

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(values)
def test_every_json_value_comes_back(value: Any) -> None:
    parsed = d.parse(d.encode(value))
    assert d.is_same(parsed, d.parse(json.dumps(value).encode()))
    assert json.loads(d.encode(parsed)) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b'{"a":}',
        b'{"a":1,}',
        b"{'a':1}",
        b"{a:1}",
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":1} {"b":2}',
        b'"\xff"',
        b'"\\ud800"',
        b'"a\tb"',
        b'"\\u0000"',
        b'{"\\u0000":1}',
        b'[[{"a":["x\\u0000"]}]]',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b"[" * 101 + b"]" * 101,
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
)
def test_what_is_not_plain_json_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        d.parse(raw)
    assert refused.value.code == "malformedJson"


def test_the_reason_does_not_quote_the_body() -> None:
    with pytest.raises(Invalid) as refused:
        d.parse(f'{{"name": "{SECRET}", {SECRET}'.encode())
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("raw", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_a_document_is_an_object(raw: bytes) -> None:
    d.parse(raw)
    with pytest.raises(Invalid):
        d.parse_object(raw)


def test_depth_is_counted_not_brackets() -> None:
    wide = {"a": [{"b": [1]} for _ in range(500)]}
    assert d.parse(d.encode(wide)) == wide
    deep: Any = 1
    for _ in range(d.DEEPEST):
        deep = [deep]
    assert d.parse(d.encode(deep)) == deep
    with pytest.raises(d.TooDeep):
        d.parse(d.encode([deep]))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 0}, {"a": False}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": {"b": [0]}}, {"a": {"b": [False]}}, False),
        ({"a": None}, {}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": [{"x": 1, "y": 2}]}, {"a": [{"y": 2, "x": 1}]}, True),
    ],
)
def test_what_is_the_same_value(one: Any, other: Any, same: bool) -> None:
    assert d.is_same(one, other) is same
    assert d.is_same(other, one) is same


@given(values)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert d.is_same(value, json.loads(json.dumps(value)))


def test_what_is_kept_begins_with_id_and_type() -> None:
    given = {"familyName": "L", "href": "http://elsewhere", "id": "theirs", "givenName": "A"}
    kept = d.prepared(INDIVIDUAL, given, "ours")
    assert list(kept.items()) == [
        ("id", "ours"),
        ("@type", "Individual"),
        ("familyName", "L"),
        ("givenName", "A"),
    ]


def test_an_extension_names_what_it_extends() -> None:
    extended = {**person(), "@type": "Employee", "@baseType": "Individual"}
    assert d.prepared(INDIVIDUAL, extended, "x")["@type"] == "Employee"
    for wrong in (
        {"@type": "Employee"},
        {"@type": "Employee", "@baseType": "Customer"},
        {"@type": ["Individual"]},
        {"@type": None},
        {"@type": "individual"},
    ):
        with pytest.raises(Invalid) as refused:
            d.prepared(INDIVIDUAL, {**person(), **wrong}, "x")
        assert refused.value.path == "@type"


def test_a_record_is_placed_with_its_subject() -> None:
    party = new_id(77)
    made = d.place(CUSTOMER, customer(party))
    assert is_id(made)
    assert bucket_of(made) == 77
    foreign = {bucket_of(d.place(CUSTOMER, customer("crm:42"))) for _ in range(5)}
    assert foreign == {bucket_of("crm:42")}
    assert len({bucket_of(d.place(INDIVIDUAL, person())) for _ in range(200)}) > 100


@given(values)
def test_placing_takes_whatever_is_sent(value: Any) -> None:
    assert is_id(d.place(CUSTOMER, {"engagedParty": value}))


@pytest.mark.parametrize(
    "number",
    ["0", "-7", "98765432109876543210", "9" * 40, "42.10", "0.0", "-0.0",
     "1.5", "3.00000000000000001",
     "12345678901234567890.125", "1E+5", "-1.5E-7", "1E+308", "1E-308"],
)  # fmt: skip
def test_a_number_keeps_its_digits(number: str) -> None:
    assert d.encode(d.parse(f'{{"x":{number}}}'.encode())) == f'{{"x":{number}}}'.encode()


@pytest.mark.parametrize(
    ("sent", "kept"), [("1e5", "1E+5"), ("1.0e+2", "1.0E+2"), ("5E-9", "5E-9")]
)
def test_an_exponent_keeps_its_value(sent: str, kept: str) -> None:
    assert d.encode(d.parse(sent.encode())).decode() == kept


@pytest.mark.parametrize(
    "number", ["1e400", "-1e309", "1e-500", "0e999", "1e99999999999999999999", "1." + "0" * 1000]
)
def test_a_number_that_others_could_not_read_is_refused(number: str) -> None:
    with pytest.raises(Invalid) as refused:
        d.parse(number.encode())
    assert refused.value.code == "malformedJson"


def test_numbers_are_the_same_only_as_written() -> None:
    assert d.is_same({"x": d.parse(b"1.50")}, {"x": d.parse(b"1.50")})
    assert not d.is_same({"x": d.parse(b"1.50")}, {"x": d.parse(b"1.5")})
