"""Mappings: what is wrong with one is said at once, by line and key."""

import pytest

from customer_inventory.capture.mapping import builtin, parse_mapping, read_mapping
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError

GOOD = """\
source: crm
format: csv
delimiter: ;
nulls: ["", NULL]
key: [no, branch]
strict: false
records:
  individual:
    attributes:
      givenName: {column: first}
      familyName: {column: last}
      contactMedium:
        - contactType: email
          emailAddress: {column: mail}
  customer:
    key: no
    when: {column: kind, equals: P}
    attributes:
      name: {template: "{first} {last}"}
      engagedParty: {ref: individual}
      validFor.startDateTime: {column: since, as: date}
      validFor.endDateTime: {column: until, as: date}
"""


def test_a_good_mapping_is_what_it_says() -> None:
    mapping = parse_mapping(GOOD, "crm")
    assert (mapping.source, mapping.format, mapping.delimiter) == ("crm", "csv", ";")
    assert mapping.nulls == {"", "NULL"}
    assert [(each.alias, each.declared.name, each.key) for each in mapping.records] == [
        ("individual", "individual", ("no", "branch")),
        ("customer", "customer", ("no",)),
    ]
    assert mapping.columns == (
        "no", "branch", "first", "last", "mail", "since", "until", "kind",
    )  # fmt: skip


@pytest.mark.parametrize("name", builtin())
def test_the_mappings_of_the_product_are_right(name: str) -> None:
    assert read_mapping(name).source == name


WRONG = [
    ("source: crm\n", "", 1, "", "source"),
    ("source: crm", "source: ''", 1, "source", ""),
    ("source: crm", 'source: "a\\nb"', 1, "source", "name"),
    ("source: crm", "source: crm\nsource: crm", 2, "source", "twice"),
    ("format: csv", "format: CSV", 2, "format", "csv"),
    ("format: csv", "format: ndjson", 3, "delimiter", "csv only"),
    ("delimiter: ;", "delimiter: ;;", 3, "delimiter", "one ASCII character"),
    ("delimiter: ;", "delimiter: '\"'", 3, "delimiter", "neither quote"),
    ("nulls:", "null:", 4, "null", "nulls"),
    ("key: [no, branch]\n", "", 1, "", "key"),
    ("key: [no, branch]", "key: [no, no]", 5, "key", "once"),
    ("key: [no, branch]", "key: []", 5, "key", "columns"),
    ("strict: false", "strict: maybe", 6, "strict", "true or false"),
    ("individual:\n    att", "person:\n    att", 8, "records.person", "no record type 'person'"),
    ("    key: no", "    type: custom", 16, "records.customer.type", "customer"),
    ("when: {column: kind", "when: {colum: kind", 17, "records.customer.when.colum", "column"),
    ("equals: P}", "equals: P, not: Q}", 17, "records.customer.when", "both"),
    ("    when: {column: kind, equals: P}", "    when: kind", 17, "records.customer.when", "keys"),
    ("givenName", "firstName", 10, "attributes.firstName", "no attribute 'firstName'"),
    ("givenName: {column: first}", "id: {column: first}", 10, "attributes.id", "key"),
    ("givenName: {column: first}", "givenName.x: {column: first}", 10, "givenName.x", "single"),
    ("familyName: {column: last}", "gender: {column: last}", 9, "attributes", "familyName"),
    ("{column: first}", "{column: first, ref: customer}", 10, "givenName", "both"),
    ("{column: first}", "{column: [first]}", 10, "givenName.column", "single word"),
    ("{column: first}", "{column: }", 10, "givenName.column", "no value"),
    ("{column: first}", "{column: first, ass: text}", 10, "givenName.ass", "as"),
    ("{column: first}", "{ref: customer}", 10, "givenName", "single value of type string"),
    ("{column: first}", "[{column: first}]", 10, "givenName", "single value of type string"),
    ("{column: first}", "{}", 10, "givenName", "no attributes"),
    ("{column: first}", "{column: first, split: ' '}", 10, "givenName", "single value"),
    (
        "        - contactType: email\n          e",
        "        - contactType.x: email\n          e",
        13,
        "contactType.x",
        "single",
    ),
    ("contactMedium:\n        - con", "contactMedium:\n          con", 12, "contactMedium", "dash"),
    ("emailAddress", "mail", 14, "contactMedium[0].mail", "no attribute 'mail'"),
    ('"{first} {last}"', "Name", 19, "name.template", "braces"),
    ('"{first} {last}"', '"{first} {last"', 19, "name.template", "braces"),
    ("{ref: individual}", "{ref: persons}", 20, "engagedParty.ref", "individual"),
    ("{ref: individual}", "{ref: customer}", 20, "engagedParty.ref", "individual, organization"),
    ("{ref: individual}", "{column: first}", 20, "engagedParty", "is an object"),
    ("{ref: individual}", "Ada", 20, "engagedParty", "is an object"),
    ("validFor.endDateTime", "validFor", 22, "validFor", "already"),
    ("validFor.endDateTime", "validFor.startDateTime.x", 22, "x", "already"),
    ("as: date", "as: [date]", 21, "startDateTime.as", "single"),
    ("records:", "records: documents\nx:", 8, "x", "records"),
    ("source: crm", "source: {a: *b}", 1, "", "YAML"),
    ("source: crm", "\tsource: crm", 1, "", "YAML"),
    ("source: crm", "source: crm\x01", 1, "", "YAML"),
]


@pytest.mark.parametrize(("old", "new", "line", "key", "words"), WRONG)
def test_what_is_wrong_is_said_by_line_and_key(
    old: str, new: str, line: int, key: str, words: str
) -> None:
    assert old in GOOD
    with pytest.raises(FileError) as caught:
        parse_mapping(GOOD.replace(old, new, 1), "crm")
    assert caught.value.line == line, str(caught.value)
    assert (caught.value.path or "").endswith(key)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# nothing", "empty"),
        ("just words", "keys"),
        ("source: a\nformat: csv\nrecords: documents", "ndjson"),
        ("source: a\nformat: ndjson\nrecords: document", "documents"),
        ("source: a\nformat: ndjson\nkey: x\nrecords: documents", "does not go"),
        ("source: a\nformat: ndjson\nkey: x\nrecords: {}", "no records"),
        ("source: a\nformat: csv\n? [a]\n: b\nrecords: x", "no word"),
        ("source: " + "[" * 40 + "]" * 40 + "\nformat: csv\nrecords: x", ""),
    ],
)
def test_what_is_no_mapping(text: str, words: str) -> None:
    with pytest.raises(FileError) as caught:
        parse_mapping(text, "x")
    assert words in str(caught.value)


def test_a_mapping_that_holds_itself_is_refused() -> None:
    text = "source: a\nformat: ndjson\nkey: x\nrecords:\n  individual:\n    attributes: &a\n"
    with pytest.raises(FileError):
        parse_mapping(text + "      givenName: 1\n      familyName: {constant: *a}\n", "x")


def test_what_cannot_be_read_is_refused(tmp_path: object) -> None:
    for name in ("nowhere.yaml", "/", str(tmp_path)):
        with pytest.raises(Invalid, match="cannot be read"):
            read_mapping(name)
