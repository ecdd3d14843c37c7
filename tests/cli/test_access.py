"""`cinv access`: processes, permissions, tokens and the ledger."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customer_inventory.access.house import PROCESS
from tests.cli.conftest import Cinv, asked

BILLING = ("billing", "--name", "Billing", "--owner", "Finance", "--purpose", "billing")


def listed(here: Cinv) -> dict[str, dict[str, Any]]:
    rows = json.loads(here("access", "list", "-o", "json").out)
    return {row["id"]: row for row in rows}


def test_a_process_is_registered_changed_and_listed(here: Cinv) -> None:
    allowed = ("--allow", "customer:read", "--allow", "billingAccount:read,update")
    done = here("access", "register", *BILLING, "--etom", "1.3.9", *allowed)
    assert (done.code, done.out, done.err) == (0, "", "billing: registered\n")
    row = listed(here)["billing"]
    assert (row["name"], row["owner"], row["etom_id"]) == ("Billing", "Finance", "1.3.9")
    assert (row["state"], row["live_tokens"]) == ("active", 0)
    assert "billingAccount:read,update for billing" in row["permissions"]
    assert "customer:read for billing" in row["permissions"]
    assert row["registered_by"]

    done = here("access", "register", *BILLING, "--allow", "customer:read,update")
    assert (done.code, done.err) == (0, "billing: changed\n")
    assert "customer:read,update for billing" in listed(here)["billing"]["permissions"]
    assert set(listed(here)) == {"billing", PROCESS}


def test_a_token_is_shown_once_and_kept_as_a_hash(here: Cinv, dsn: str) -> None:
    here("access", "register", *BILLING, "--allow", "customer:read")
    issued = here(
        "access",
        "token",
        "billing",
        "--purpose",
        "billing",
        "--person",
        "Ann",
        "--expires-in",
        "12h",
    )
    assert issued.code == 0
    secret = issued.out.strip()
    assert secret.startswith("cinv_")
    assert issued.err.startswith("good until ")
    ((kept, person, expires_at),) = asked(
        dsn, "SELECT sha256, person, expires_at FROM access.token WHERE process = 'billing'"
    )
    assert kept == hashlib.sha256(secret.encode()).digest()
    assert person == "Ann"
    assert timedelta(hours=11) < expires_at - datetime.now(UTC) < timedelta(hours=13)
    assert listed(here)["billing"]["live_tokens"] == 1
    assert secret not in here("access", "list", "-o", "json").out


def test_states_and_tokens_are_ended(here: Cinv) -> None:
    here("access", "register", *BILLING, "--allow", "customer:read")
    issue = ("access", "token", "billing", "--purpose", "billing")
    assert here(*issue).code == 0

    done = here("access", "revoke-tokens", "billing")
    assert (done.code, done.out, done.err) == (0, "", "billing: tokens revoked\n")
    assert listed(here)["billing"]["live_tokens"] == 0

    for step, state in (("suspend", "suspended"), ("resume", "active"), ("revoke", "revoked")):
        done = here("access", step, "billing", "--reason", "as tried")
        assert (done.code, done.err) == (0, f"billing: {state}\n")
        assert listed(here)["billing"]["state"] == state
    done = here("access", "resume", "billing", "--reason", "as tried")
    assert (done.code, done.out) == (1, "")
    assert "is revoked" in done.err
    done = here(*issue)
    assert (done.code, done.out) == (1, "")
    assert "is revoked" in done.err


def test_a_suspended_process_gets_no_token(here: Cinv) -> None:
    here("access", "register", *BILLING, "--allow", "customer:read")
    here("access", "suspend", "billing", "--reason", "as tried")
    done = here("access", "token", "billing", "--purpose", "billing")
    assert (done.code, done.out) == (1, "")
    assert done.err == "cinv: The process billing is suspended. Only active ones get tokens.\n"


REGISTER = ("access", "register", *BILLING)
TOKEN = ("access", "token", "billing", "--purpose", "billing", "--expires-in")
WRONG_USE = [
    ([*REGISTER, "--allow", "nothing:read"], "There is no record type 'nothing'."),
    ([*REGISTER, "--allow", "customer:fly"], "'customer:fly' is not TYPE:OPERATION"),
    ([*REGISTER, "--allow", "customer"], "'customer' is not TYPE:OPERATION"),
    ([*REGISTER, "--allow", "customer:"], "'customer:' is not TYPE:OPERATION"),
    ([*REGISTER, "--allow", ":read"], "There is no record type ''."),
    (["access", "register", "Bad Name", *BILLING[1:], "--allow", "*:read"], "is no process id"),
    ([*REGISTER, "--purpose", "two words", "--allow", "*:read"], "is no purpose"),
    ([*REGISTER, "--owner", " ", "--allow", "*:read"], "has a name and an owner"),
    (["access", "register"], "Missing argument 'PROCESS'"),
    ([*TOKEN, "soon"], "'soon' is no length of time."),
    ([*TOKEN, "5y"], "'5y' is no length of time."),
    ([*TOKEN, "0d"], "A token lives a year at most."),
    ([*TOKEN, "367d"], "A token lives a year at most."),
    ([*TOKEN, "999999d"], "A token lives a year at most."),
    (["access", "token", "billing"], "Missing option '--purpose'"),
    (["access", "suspend", "billing"], "Missing option '--reason'"),
    ([*REGISTER, "--etom", "one"], "is no identifier of eTOM"),
    ([*REGISTER, "--kind", "robot"], "'robot' is not one of"),
    ([*REGISTER, "--contact", "x" * 201], "is no line of text"),
    (["access", "log", "--last", "0"], "0 is not in the range"),
    (["access", "log", "--last", "many"], "'many' is not a valid integer"),
]


@pytest.mark.parametrize(
    ("words", "says"), WRONG_USE, ids=[" ".join(words)[7:60] for words, _ in WRONG_USE]
)
def test_wrong_use_is_told(here: Cinv, dsn: str, words: list[str], says: str) -> None:
    done = here(*words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert asked(dsn, "SELECT id FROM access.process") == [(PROCESS,)]


@pytest.mark.parametrize(
    "words",
    [
        ["token", "nobody", "--purpose", "x"],
        ["resume", "nobody", "--reason", "x"],
        ["suspend", "nobody", "--reason", "x"],
        ["show", "nobody"],
        ["history", "nobody"],
        ["revoke-tokens", "nobody"],
    ],
    ids=" ".join,
)
def test_an_unknown_process_is_told(here: Cinv, words: list[str]) -> None:
    done = here("access", *words)
    assert (done.code, done.out) == (1, "")
    assert done.err == "cinv: There is no process 'nobody'. `cinv access list` names them all.\n"


def test_what_is_seen_at_the_terminal_is_in_the_log(here: Cinv) -> None:
    for name in ("first", "second", "third"):
        assert here("customer", "find", name).code == 0
    rows = json.loads(here("access", "log", "-o", "json").out)
    assert len(rows) == 3
    assert {row["process"] for row in rows} == {PROCESS}
    assert {(row["operation"], row["record_type"], row["status"]) for row in rows} == {
        ("read", "search", 200)
    }
    assert all(row["person"] and row["source"].startswith("terminal") for row in rows)
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    last = list(csv.DictReader(io.StringIO(here("access", "log", "--last", "1", "-o", "csv").out)))
    assert len(last) == 1
