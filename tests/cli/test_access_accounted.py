"""Access is never changed at the terminal without its ledger entry: both are there, or neither."""

import inspect
import json

import click
import pytest

from customer_inventory.cli.access import access
from tests.cli.conftest import Cinv, asked
from tests.house.test_docs import commands

READING = {
    "account list", "apply", "break-glass list", "client list", "explain", "export", "grants",
    "groups", "history", "issuer list", "keys list", "list", "log", "person list", "purpose list",
    "quota", "recertify list", "recertify show", "reporting list", "show", "simulate",
    "strangers", "subject-list list", "subject-list show",
}  # fmt: skip
"""Commands that change nothing; `apply` without its plan made is one of them."""

ENTRIES = (
    "SELECT operation, record_type, status, decision, rule, reason, person FROM access.entry"
    " WHERE process = 'manage-customer-inventory' ORDER BY seq, number"
)


def _command(path: str) -> click.Command:
    found: click.Command = access
    for word in path.split():
        assert isinstance(found, click.Group)
        command = found.get_command(click.Context(found), word)
        assert command is not None
        found = command
    return found


def _paths() -> list[str]:
    every = (path.removeprefix("access ") for path in commands(access, "access"))
    # Downloads are records, not access: each step of theirs is in the ledger as at the API.
    return [path for path in every if not path.startswith("download ")]


@pytest.mark.parametrize("path", _paths())
def test_a_command_that_changes_access_is_accounted(path: str) -> None:
    callback = _command(path).callback
    assert callback is not None
    source = inspect.getsource(callback)
    is_accounted = "changed(" in source or "_kept(" in source
    assert is_accounted or path in READING


def told(dsn: str) -> list[tuple[str, str, str]]:
    return [(row[0], row[1], row[5]) for row in asked(dsn, ENTRIES) if row[3] == "permit"]


def done(here: Cinv, *words: str) -> str:
    outcome = here("access", *words)
    assert outcome.code == 0, (words, outcome.err)
    return outcome.out.strip()


def test_every_step_is_told_with_its_kind_and_what_it_was_about(here: Cinv, dsn: str) -> None:
    purpose = ("purpose", "add", "care", "--title", "Care", "--legal-basis", "contract")
    assert done(here, *purpose) == ""
    done(here, "person", "add", "rita", "reviewer")
    done(here, "person", "add", "ada", "dataOwner:customer")
    done(here, "register", "crm", "--name", "CRM", "--owner", "Sales")
    ask = ("--purpose", "care", "--allow", "customer:read", "--reason", "Calls")
    grant = done(here, "request", "crm", *ask)
    done(here, "review", grant, "--as", "rita")
    done(here, "approve", grant, "--as", "ada")
    done(here, "activate", grant)
    done(here, "client", "add", "batch", "--process", "crm")
    done(here, "client", "new-secret", "batch")
    done(here, "client", "end-tokens", "batch")
    done(here, "client", "revoke", "batch")
    done(here, "token", "crm", "--purpose", "care")
    done(here, "revoke-tokens", "crm")
    provider = "https://login.example.com"
    trusting = ("--jwks-uri", f"{provider}/jwks", "--audience", "https://inventory.example.com")
    done(here, "issuer", "add", provider, *trusting, "--no-check")
    done(here, "issuer", "remove", provider)
    done(here, "account", "add", "olga", "--name", "Olga")
    done(here, "account", "admit", "olga", "--process", "crm")
    done(here, "account", "dismiss", "olga", "--process", "crm")
    done(here, "keys", "rotate")
    done(here, "suspend", "crm", "--reason", "looked into")
    done(here, "resume", "crm", "--reason", "in order")
    done(here, "revoke", grant, "--reason", "over")
    done(here, "watch")
    assert told(dsn) == [
        ("create", "purpose", "care"),
        ("modify", "capacity", "rita reviewer"),
        ("modify", "capacity", "ada dataOwner:customer"),
        ("create", "process", "crm"),
        ("create", "grant", "crm for care"),
        ("modify", "grant", "review"),
        ("modify", "grant", "approve"),
        ("modify", "grant", "activate"),
        ("create", "client", "batch of crm"),
        ("modify", "client", "new secret of batch"),
        ("delete", "token", "client batch"),
        ("delete", "client", "batch"),
        ("create", "token", "crm for care"),
        ("delete", "token", "crm"),
        ("create", "issuer", provider),
        ("delete", "issuer", provider),
        ("registerAccount", "account", "account olga"),
        ("admitAccount", "account", "account olga"),
        ("dismissAccount", "account", "account olga"),
        ("modify", "signingKey", "rotated"),
        ("modify", "process", "suspend crm"),
        ("modify", "process", "resume crm"),
        ("modify", "grant", "revoke"),
        ("modify", "access", "watch"),
    ]
    named = asked(dsn, "SELECT record_ids FROM access.entry WHERE record_type = 'grant'")
    assert {json.loads(ids)[0] for (ids,) in named} == {grant}
    assert all(row[6] for row in asked(dsn, ENTRIES))


def test_what_is_declared_in_a_file_is_told_change_by_change(
    here: Cinv, dsn: str, tmp_path
) -> None:
    file = tmp_path / "access.yaml"
    done(here, "purpose", "add", "care", "--title", "Care", "--legal-basis", "contract")
    done(here, "register", "crm", "--name", "CRM", "--owner", "Sales")
    exported = done(here, "export")
    file.write_text(exported.replace("Sales", "Service"))
    before = len(told(dsn))
    done(here, "apply", "-f", str(file), "--dry-run")
    assert len(told(dsn)) == before
    done(here, "apply", "-f", str(file))
    assert told(dsn)[before:] == [
        ("modify", "access", "change process crm"),
        ("modify", "access", "apply access.yaml"),
    ]


def test_a_refusal_is_told_too(here: Cinv, dsn: str) -> None:
    done(here, "purpose", "add", "care", "--title", "Care", "--legal-basis", "contract")
    done(here, "register", "crm", "--name", "CRM", "--owner", "Sales")
    ask = ("--purpose", "care", "--allow", "customer:read", "--reason", "Calls")
    grant = done(here, "request", "crm", *ask)
    assert here("access", "review", grant).code == 3
    (entry,) = [row for row in asked(dsn, ENTRIES) if row[3] == "deny"]
    assert entry[:6] == ("modify", "grant", 403, "deny", "forbidden", "review")


CHANGES = (
    (("register", "crm", "--name", "CRM", "--owner", "Sales"),
     "SELECT count(*) FROM access.process WHERE id = 'crm'"),
    (("purpose", "add", "care", "--title", "Care", "--legal-basis", "contract"),
     "SELECT count(*) FROM access.purpose WHERE code = 'care'"),
    (("person", "add", "rita", "reviewer"), "SELECT count(*) FROM access.person_capacity"),
    (("token", "known", "--purpose", "care"), "SELECT count(*) FROM access.token"),
    (("client", "add", "batch", "--process", "known"), "SELECT count(*) FROM access.client"),
    (("account", "add", "olga", "--name", "Olga"), "SELECT count(*) FROM access.account"),
    (("bootstrap", "olga", "--name", "Olga"), "SELECT count(*) FROM access.account"),
    (("issuer", "add", "https://a.example", "--jwks-uri", "https://a.example/jwks",
      "--audience", "b", "--no-check"), "SELECT count(*) FROM access.issuer"),
    (("suspend", "known", "--reason", "x"),
     "SELECT count(*) FROM access.process WHERE state = 'suspended'"),
    (("keys", "rotate"), "SELECT count(*) FROM access.signing_key"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "left"), CHANGES, ids=lambda each: str(each[0]))
def test_what_cannot_be_told_is_not_done(
    here: Cinv, dsn: str, words: tuple[str, ...], left: str
) -> None:
    done(here, "register", "known", "--name", "Known", "--owner", "Sales")
    asked(dsn, "ALTER TABLE access.segment RENAME TO segment_away")
    outcome = here("access", *words)
    assert outcome.code != 0
    assert outcome.out == ""
    assert asked(dsn, left) == [(0,)]
