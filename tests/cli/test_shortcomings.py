"""`cinv shortcomings`, as people call it."""

import json

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
