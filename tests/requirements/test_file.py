"""Files of requirements: read, written again, and told what is wrong and where."""

from pathlib import Path

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError
from customer_inventory.record.facet import Classification
from customer_inventory.requirements.file import read, read_all, written
from customer_inventory.requirements.requirement import of, plain
from tests.requirements.samples import BIRTH_DATE, GENDER


def test_a_file_is_read_and_comes_back_as_it_was() -> None:
    (found,) = read(BIRTH_DATE)
    asked = found.requirement
    assert (asked.id, asked.type, asked.path, found.line) == (
        "REQ-101",
        "individual",
        "birthDate",
        3,
    )
    assert asked.classification is Classification.SENSITIVE
    assert asked.purposes == {"billing": "contract"}
    assert asked.sources == ("crm", "billing")
    assert of(plain(asked)) == asked
    for text in (BIRTH_DATE, GENDER):
        (once,) = read(text)
        assert [each.requirement for each in read(written("individual", [once.requirement]))] == [
            once.requirement
        ]


def test_the_same_requirement_is_always_written_the_same_way() -> None:
    def read_with(purposes: str, quality: str) -> str:
        text = BIRTH_DATE.replace("{billing: contract}", purposes)
        (found,) = read(text.replace("{completeness: 0.98}", quality))
        return written("individual", [found.requirement])

    one = read_with("{care: contract, billing: contract}", "{validity: 1, completeness: 0.5}")
    other = read_with("{billing: contract, care: contract}", "{completeness: 0.5, validity: 1.0}")
    assert one == other
    assert "purposes: {billing: contract, care: contract}" in one


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("type: individual", "type: individuel", 3, "no record type. Is individual meant"),
        ("path: birthDate", "path: birth date", 4, "path"),
        ("path: birthDate", "path: id", 4, "is made by the inventory"),
        ("id: REQ-101", "id: 101", 3, "id"),
        ("classification: sensitive", "classification: hush", 8, "classification"),
        ("group: person", "group: persons", 9, "no group of attributes. Is person meant"),
        ("{billing: contract}", "{billing: because}", 10, "purposes"),
        ("freshness: P10Y", "freshness: 10 years", 15, "freshness"),
        ("completeness: 0.98", "completeness: 98", 16, "quality"),
        ("completeness: 0.98", "prettiness: 0.98", 16, "quality"),
        ("completeness: 0.98", "accuracy: 1", 16, "accuracy of 1"),
        ("    owner: Customer data", "    ownr: Customer data", 12, "Is owner meant"),
        ("    name: Date of birth\n", "", 3, "lacks the key name"),
        ("obligation: mandatory", "obligation: conditional", 7, "if, and only if"),
        ("    freshness: P10Y", "    retention: forEver", 15, "no rule of retention"),
        ("    freshness: P10Y", "    data: {pattern: '(?=a)b'}", 15, "no regular expression"),
        ("    freshness: P10Y", "    data: {type: integer}", 15, "declares string"),
        ("    freshness: P10Y", "    data: {minLength: 3, maxLength: 2}", 15, "no value fits"),
        ("    freshness: P10Y", "    data: {minimum: 3}", 15, "says nothing of values"),
        ("    freshness: P10Y", "    when: {attribute: x, is: 1}", 7, "if, and only if"),
        ("    freshness: P10Y", "    when: {attribute: x}", 15, "needs one of is, in"),
        ("    freshness: P10Y", "    when: {any: []}", 15, "at least one condition"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in BIRTH_DATE
    with pytest.raises(FileError) as refused:
        read(BIRTH_DATE.replace(old, new))
    told = f"{refused.value.path}: {refused.value.message} {refused.value.hint}"
    assert said in told
    assert refused.value.line == line, told


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{attribute: shoeSize, exists: true}", "does not declare"),
        ("{attribute: gender, exists: true}", "the attribute itself"),
        ("{attribute: status, in: []}", "1 to 500 values"),
        ("{attribute: status, atLeast: high}", "must be a number"),
        ("{attribute: status, exists: maybe}", "true or false"),
        ("{not: " * 12 + "{attribute: status, is: x}" + "}" * 12, "nested too deeply"),
    ],
)
def test_a_condition_that_cannot_be(condition: str, said: str) -> None:
    lines = [line for line in GENDER.splitlines() if "when:" not in line]
    with pytest.raises(FileError, match=said):
        read("\n".join([*lines, f"    when: {condition}"]))


def test_what_stands_in_two_files_is_named_with_both(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BIRTH_DATE)
    (tmp_path / "b.yaml").write_text(GENDER)
    assert [each.requirement.id for each in read_all([tmp_path])] == ["REQ-101", "REQ-102"]
    (tmp_path / "c.yaml").write_text(GENDER.replace("REQ-102", "REQ-103"))
    with pytest.raises(Invalid, match=r"c\.yaml: line 3: individual\.gender stands twice"):
        read_all([tmp_path])
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match=r"c\.yaml cannot be read"):
        read_all([tmp_path])
    with pytest.raises(Invalid, match="has no file of requirements"):
        read_all([Path(__file__).parent])
