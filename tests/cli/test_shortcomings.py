"""`cinv shortcomings`, as people call it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cinv, here  # noqa: F401 - a fixture


def listed(here: Cinv, *words: str) -> list[dict[str, object]]:  # noqa: F811
    found: list[dict[str, object]] = json.loads(here("shortcomings", *words, "-o", "json").out)
    return found


def test_assessed_decided_and_measured_again(here: Cinv) -> None:  # noqa: F811
    assert "cinv shortcomings assess" in here("shortcomings", "list").err
    done = here("shortcomings", "assess")
    assert "checks in" in done.err
    assert "skipped: the server's statistics are of" in done.err
    [found] = [each for each in listed(here, "list") if each["check"] == "CFG04"]
    name = str(found["fingerprint"])
    shown = here("shortcomings", "show", name)
    assert "pg_stat_statements" in shown.out
    assert "remedy:" in shown.out
    told = here("shortcomings", "verify", name, "--reason", "installed, I think")
    assert (told.code, told.out.split(":")[0]) == (1, "reopened")
    assert here("shortcomings", "reject", name, "--reason", "nobody needs it").code == 0
    assert name not in {each["fingerprint"] for each in listed(here, "list")}
    assert name in {each["fingerprint"] for each in listed(here, "list", "--all")}
    [score] = listed(here, "score")
    assert (score["rejected"], score["reopened"], score["false_fixes"]) == (1, 1, 1)
    [wrong] = listed(here, "score", "--each")
    assert (wrong["check"], wrong["verdict"], wrong["false_fixes"]) == ("CFG04", "wrong", 1)
    assert len(listed(here, "checks")) > 40


def test_handed_over_worked_on_and_told_in_the_register(here: Cinv, tmp_path: Path) -> None:  # noqa: F811
    assert here("shortcomings", "raise").code == 2
    here("shortcomings", "assess")
    [found] = [each for each in listed(here, "list") if each["check"] == "CFG04"]
    name = str(found["fingerprint"])
    file = tmp_path / "dossier.md"
    assert here("shortcomings", "dossier", name, "--to", str(file)).code == 0
    assert "## What may be done" in file.read_text("utf-8")
    shown = here("shortcomings", "dossier", name).out
    assert shown.rpartition("Made ")[0] == file.read_text("utf-8").rpartition("Made ")[0]
    [raised] = listed(here, "raise", name)
    [again] = listed(here, "raise", name)
    assert (raised["ticket"], raised["is_new"], again["is_new"]) == (again["ticket"], True, False)
    ticket = str(raised["ticket"])
    assert here("shortcomings", "desk", "accept", ticket, "--reason", "tonight").code == 0
    assert here("shortcomings", "desk", "hold", ticket, "--reason", "not tonight").code == 0
    false = here("shortcomings", "desk", "resolve", ticket, "--reason", "installed, I think")
    assert (false.code, false.out.split(":")[0]) == (1, "reopened")
    assert "Not mended: " in here("shortcomings", "desk", "show", ticket).out
    [document] = listed(here, "desk", "show", ticket)
    assert (document["@type"], document["status"]) == ("TroubleTicket", "inProgress")
    specification = json.loads(here("shortcomings", "desk", "specification").out)
    assert document["troubleTicketSpecification"]["id"] == specification["id"]  # type: ignore[index]
    assert here("shortcomings", "desk", "reject", ticket, "--reason", "not needed").code == 0
    assert listed(here, "desk", "list") == []
    assert [each["status"] for each in listed(here, "desk", "list", "--all")] == ["rejected"]
    assert "0 tickets changed" in here("shortcomings", "desk", "follow").err
    rows = here("shortcomings", "register", "--format", "csv").out
    assert ticket in rows
    page = tmp_path / "register.html"
    assert here("shortcomings", "register", "--to", str(page)).code == 0
    assert "pg_stat_statements" in page.read_text("utf-8")
    assert here("shortcomings", "register").code == 2


def test_loads_and_forecasts(here: Cinv) -> None:  # noqa: F811
    assert here("shortcomings", "assess").code in (0, 1)
    told = {each["object"]: each for each in listed(here, "forecast")}
    assert told["database"]["trust"] == "none: 0 of 14 days"
    assert "come due" in here("shortcomings", "forecast", "--score").err
    day = ("shortcomings", "loads", "add", "2999-01-01", "--reason", "the south")
    assert here(*day, "--size", "1.5TB").out == "load 1 is planned\n"
    assert here(*day, "--numbers", "7", "--of", "sequence a.b").code == 0
    [first, second] = listed(here, "loads", "list")
    assert (first["amount"], first["object"]) == (1.5e12, "database")
    assert (second["amount"], second["object"]) == (7.0, "sequence a.b")
    assert here("shortcomings", "loads", "cancel", "1", "--reason", "put off").code == 0
    assert len(listed(here, "loads", "list", "--all")) == 1
    for words, said in (
        (("--size", "much"), "no size"),
        (("--size", "1GB", "--numbers", "1"), "one of"),
        (("--customers", "5"), "what a customer takes"),
    ):
        assert said in here(*day, *words).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nothing"), "no shortcoming nothing"),
        (("snooze", "nothing", "--until", "soon", "--reason", "x"), "no day"),
        (("snooze", "nothing", "--until", "2999-01-01", "--reason", "x"), "no shortcoming"),
        (("reject", "nothing", "--reason", " "), "reason is needed"),
        (("verify", "nothing", "--reason", "x"), "no shortcoming nothing"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], said: str, here: Cinv) -> None:  # noqa: F811
    done = here("shortcomings", *words)
    assert done.code in (1, 2)
    assert said in done.err
