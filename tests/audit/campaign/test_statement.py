"""Statements say what a sample found and no more; certificates cannot be altered unseen."""

from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access.log.note import Signer
from customer_inventory.audit.campaign import certificate as certificates
from customer_inventory.audit.campaign import certificate_pdf
from customer_inventory.audit.campaign.certificate import check, read, written
from customer_inventory.audit.campaign.verdict import kappa
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object
from tests.audit.campaign.samples import certificate, closed, told

SIZE = 127


def outcomes(nonconforming: int, untold: int = 0, void: int = 0) -> list[str]:
    rest = SIZE - nonconforming - untold - void
    return (
        ["nonconforming"] * nonconforming
        + ["untold"] * untold
        + ["void"] * void
        + ["conforming"] * rest
    )


NOT = "Declared level 0.65 % not contradicted: {} of {}."
UNTOLD = "Nothing is said of the declared level 0.65 %: {} of {}, and of {} more nobody could tell."
YES = "Declared level 0.65 % contradicted: {} of {}."


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        (outcomes(2), "notContradicted", NOT.format(2, 127)),
        (outcomes(3), "contradicted", YES.format(3, 127)),
        (outcomes(0, untold=2), "notContradicted", NOT.format(0, 127)),
        (
            outcomes(1, untold=2),
            "undecided",
            UNTOLD.format(1, 127, 2),
        ),
        (outcomes(3, untold=9), "contradicted", YES.format(3, 127)),
        (outcomes(2, void=7), "notContradicted", NOT.format(2, 120)),
    ],
    ids=["two", "three", "untold", "could-tip", "tipped-anyway", "smaller"],
)
def test_the_result(found: list[str], verdict: str, words: str) -> None:
    statement = told(found)
    assert statement["result"]["verdict"] == verdict
    assert statement["words"] == words


def test_of_a_smaller_sample_the_risks_are_told() -> None:
    whole, smaller = told(outcomes(0))["result"], told(outcomes(0, void=40))["result"]
    assert smaller["examined"] == SIZE - 40
    assert smaller["risk"] < whole["risk"] <= 0.05
    assert smaller["miss"] > whole["miss"]


def test_the_numbers_by_stratum_and_element_are_those_of_the_whole() -> None:
    statement = told(outcomes(9, untold=4, void=3))
    result = statement["result"]
    for name in ("examined", "nonconforming", "untold"):
        assert sum(each[name] for each in statement["stratum"]) == result[name]
    (element,) = statement["element"]
    assert (element["differs"], element["cannotTell"]) == (9, 4)
    assert result["interval"]["low"] < result["share"] < result["interval"]["high"]
    assert result["void"] == 3


def test_earlier_campaigns_stand_beside_it() -> None:
    (earlier,) = told(outcomes(2), earlier=[closed(outcomes(5), "Spring")])["earlier"]
    assert (earlier["name"], earlier["nonconforming"], earlier["verdict"]) == (
        "Spring", 5, "contradicted",
    )  # fmt: skip


def test_kappa_is_that_of_the_textbook() -> None:
    # Two readers of 50: 20 both yes, 15 both no, 5 and 10 apart (Cohen's kappa 0.4).
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("agrees", "agrees")] * 9) is None
    assert kappa([]) is None
    assert kappa([("agrees", "differs"), ("differs", "agrees")]) == -1


def test_second_readings_are_compared() -> None:
    found = outcomes(2)
    second = ["conforming", *found[1:13]]
    told_of = told(found, second=second)["secondReading"]
    assert (told_of["item"], told_of["compared"], told_of["agreed"]) == (13, 13, 12)
    assert 0 < told_of["kappa"] < 1
    assert told(found)["secondReading"] is None


@pytest.mark.parametrize("form", ["json", "html", "pdf"])
def test_a_certificate_verifies_and_says_the_words(form: Any, tmp_path: Path) -> None:
    made = certificate(tmp_path)
    content = written(made, form)
    assert read(content) == parse_object(written(made, "json"))
    assert check(content, Signer.kept_in(tmp_path).public) == []
    assert check(content, Signer.kept_in(tmp_path / "another").public) == [
        "It is not signed by this key."
    ]


def test_marks_that_latin_fonts_have_are_printed(tmp_path: Path) -> None:
    told = parse_object(written(certificate(tmp_path), "json"))
    told["campaign"]["name"] = "Names – “the poet’s”, 9 €"  # noqa: RUF001 - meant so
    assert certificate_pdf.written(told, "").startswith(b"%PDF")


def test_what_people_read_cannot_be_altered(tmp_path: Path) -> None:
    public = Signer.kept_in(tmp_path).public
    made = certificate(tmp_path)
    page = written(made, "html").decode()
    assert "Declared level 0.65 % not contradicted: 2 of 127." in page
    assert "Names &lt;2026&gt; Łódź" in page
    altered = page.replace("2 of 127", "0 of 127", 1)
    assert check(altered.encode(), public) == [
        "What is signed is unchanged, but the file shows something else beside it."
    ]
    paper = written(made, "pdf")
    assert check(paper + b"% and more", public) != []
    made["result"]["nonconforming"] = 0
    for form in ("json", "html", "pdf"):
        faults = check(written(made, form), public)  # type: ignore[arg-type]
        assert faults == ["What it says is not what was signed."]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff\xfe", b"<html></html>", b"%PDF-1.4", b'{"signature":{},"sha256":1}',
     certificates.MARK.encode() + b"####", certificates.MARK.encode() + b"e30=",
     b"x" * (certificates.LARGEST + 1)],
    ids=["empty", "object", "list", "bytes", "page", "paper", "types", "mark", "carried", "large"],
)  # fmt: skip
def test_what_is_no_certificate_is_said(content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content)


@pytest.mark.parametrize("signature", [{}, {"value": "zz"}, {"value": 7}, {"algorithm": None}])
def test_a_signature_that_is_none_is_no_signature(
    signature: dict[str, Any], tmp_path: Path
) -> None:
    made = {**certificate(tmp_path), "signature": signature}
    content = written(made, "json")
    assert check(content, Signer.kept_in(tmp_path).public) == ["It is not signed by this key."]
