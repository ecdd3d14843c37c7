"""JSON arrays: every value a line, as it was written, whatever the pieces it comes in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.capture.arrival.values import is_array, lines
from customer_inventory.capture.rows import LONGEST
from customer_inventory.kit.errors import Invalid

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def pieces(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@given(st.lists(values, max_size=6), st.integers(1, 40), st.sampled_from([None, 1, "\t"]))
def test_an_array_becomes_lines(made: list, size: int, indent) -> None:
    text = json.dumps(made, indent=indent, ensure_ascii=False).encode()
    found = list(lines(pieces(text, size)))
    assert [json.loads(line) for line in found] == made
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in found)


@given(st.lists(st.dictionaries(st.text(max_size=4), values), max_size=4), st.integers(1, 40))
def test_objects_one_after_the_other_become_lines(made: list, size: int) -> None:
    text = "\n".join(json.dumps(each, indent=2) for each in made).encode()
    assert [json.loads(line) for line in lines(pieces(text, size))] == made


def test_digits_stay_as_they_were_written() -> None:
    text = b'\xef\xbb\xbf [ {"a": 1.10, "b": 12345678901234567890.0e-2} , {} ] \n'
    assert is_array(text)
    assert list(lines([text])) == [b'{"a": 1.10, "b": 12345678901234567890.0e-2}\n', b"{}\n"]


def test_a_line_end_in_a_string_makes_no_json_of_it() -> None:
    (line,) = lines([b'[{"a": "x\ny"}]'])
    with pytest.raises(ValueError, match="control character"):
        json.loads(line)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_broken_value_costs_no_other(size: int) -> None:
    deep = b"[" * 5000 + b"]" * 5000
    text = b'[{"a":1},{"b" 2},{"c":3} {"d":4},{"e":' + deep + b'},5,{"f":"\xff"}]'
    assert list(lines(pieces(text, size))) == [
        b'{"a":1}\n', b'{"b" 2}\n', b'{"c":3} {"d":4}\n', b'{"e":' + deep + b"}\n", b"5\n",
        b'{"f":"\xff"}\n',
    ]  # fmt: skip


def test_of_a_value_that_is_too_long_only_that_much_is_held() -> None:
    def endless():
        yield b'[{"a":"'
        for _ in range(300):
            yield b"x" * 1_048_576
        yield b'"},{"b":1}]'

    first, second = lines(endless())
    assert len(first) == LONGEST + 2
    assert second == b'{"b":1}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'[{"a":1},', "cut short"),
        (b'[{"a":"', "cut short"),
        (b"[{}] more", "goes on behind"),
        (b"[]]", "never opened"),
    ],
)
def test_what_is_no_array_says_why(text: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        list(lines([text]))
