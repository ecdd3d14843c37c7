"""Every command that reads or writes customer data leaves its entry: process, person, terminal.

A new command has to say here what it is, or this fails.
"""

import getpass
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from customer_inventory.access.house import HOUSE
from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.running import audit
from customer_inventory.capture.matching import keeping, pair
from customer_inventory.capture.matching.normal import normal
from customer_inventory.cli.root import cinv as root
from customer_inventory.demo.generate import lines
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.event.subscription import subscribe
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database
from tests.audit.test_running import requirement
from tests.cli.conftest import Cinv, _filled, _run, asked, cinv, here  # noqa: F401
from tests.tmf.bodies import BODIES

ADMINISTER = (
    "access account", "access activate", "access apply", "access approve", "access bootstrap",
    "access break-glass", "access client", "access export", "access grants", "access groups",
    "access history", "access issuer", "access keys", "access list", "access person",
    "access purpose", "access quota", "access recertify", "access register", "access reject",
    "access request", "access resume", "access review", "access revoke", "access revoke-tokens",
    "access sandbox", "access show", "access strangers", "access suspend", "access token",
    "access subject-list", "access reporting", "access watch", "access withdraw",
)  # fmt: skip
"""Who may do what: kept in a history of their own, and about no customer."""
OPERATE = (
    "serve", "status", "health", "api", "mcp", "db", "shortcomings", "req", "audit rules",
    "audit run",
    "audit runs",
    "audit score", "audit report", "audit alerts", "audit accuracy", "audit packs",
    "audit campaign verify",
    "usage ledger", "demo", "record schema list", "record schema show", "record types",
    "record observed", "record trust list", "capture list", "capture mappings", "event health",
    "capture jobs", "capture processes", "capture sources", "capture reconcile runs",
    "capture reconcile rules",
    "capture streams", "capture pairs models",
    "event subscribers", "event secret", "subject retention policy", "subject retention runs",
)  # fmt: skip
"""Facilities and declarations: nothing of a customer is read or written."""

SAID = (
    ("capture pairs list", "read pair"),
    ("capture pairs show {other} {third}", "read pair"),
    ("capture pairs decide {other} {third} later --reason asked", "modify pair"),
    ("audit findings", "read finding"),
    ("audit finding show {finding}", "read finding"),
    ("audit assign {finding} --to ada", "modify finding"),
    ("audit accept {finding} --reason known --until 2999-12-31", "modify finding"),
    ("audit false-alarm {finding} --reason meant", "modify finding"),
    ("audit correct {finding} --set none --reason told", "update individual"),
    ("record findings", "read finding"),
    ("record trust set other 5", "modify trust"),
    ("customer find Lovelace", "read search"),
    ("customer show {customer}", "read customer360"),
    ("customer history {customer}", "read customer"),
    ("customer diff {customer} --from 2026-01-01", "read customer"),
    ("customer provenance {customer}", "read customer"),
    ("customer tree {customer}", "read hierarchy"),
    ("customer rollup {customer}", "read hierarchy"),
    ("customer merge {other} --into {person} --type individual", "modify merge"),
    ("customer unmerge {other} --type individual", "modify merge"),
    (
        "customer transfer {account} --type billingAccount --to {other} --to-type individual --kind sale",  # noqa: E501
        "modify transfer",
    ),
    ("event tail", "read event"),
    ("event dead", "read deadLetter"),
    ("event replay {subscription} --after 0", "read subscription"),
    ("attachment add {file} --type individual --record {person}", "update attachment"),
    (
        "record schema register --record-type product --type Vip --schema '{{}}'",
        "modify schemaExtension",
    ),
    ("record schema remove {schema}", "modify schemaExtension"),
    ("attachment list {person}", "read attachment"),
    ("attachment get {attachment} --to {folder}", "read attachment"),
    ("attachment remove {attachment} --yes", "update attachment"),
    ("capture import {rows} --mapping records", "create individual"),
    ("capture refusals {load}", "read refusal"),
    ("capture quarantine list", "read quarantine"),
    ("capture quarantine show {row}", "read quarantine"),
    ('capture quarantine fix {row} --text {fixed} --reason "as told"', "modify quarantine"),
    ("capture quarantine replay", "create quarantine"),
    ("capture quarantine drop --reason done --yes", "modify quarantine"),
    ("capture reconcile run {rows} --mapping records", "read reconciliation"),
    ("capture reconcile check --rule TEL-001", "read reconciliation"),
    ("capture reconcile list --kind refused", "read reconciliation"),
    ("capture reconcile show {item}", "read reconciliation"),
    ("capture reconcile accept {item} --reason known", "modify reconciliation"),
    ("capture reconcile reopen {item} --reason mistake", "modify reconciliation"),
    ("capture reconcile repair {item} --dry-run", "read reconciliation"),
    ("capture reconcile repair {item} --yes", "modify reconciliation"),
    ("access log", "read accessLog"),
    (
        "access explain --process billing --purpose testing --op read --type customer --record {customer}",  # noqa: E501
        "read customer",
    ),
    ("access simulate --file {draft}", "read accessSimulation"),
    ("access download request individual --now", "download exportJob"),
    ("access download list", "download exportJob"),
    ("access download show {download}", "download exportJob"),
    ("access download fetch {download} --to {folder}", "download exportJob"),
    ("access download trace {person}", "read exportJob"),
    ("access download cancel {download}", "delete exportJob"),
    ("usage seen-by {customer}", "read seenBy"),
    ("usage meter", "modify usageMeter"),
    ("usage anomaly look", "modify usageAnomaly"),
    ("usage anomalies", "read usageAnomaly"),
    ("usage anomaly thresholds", "read usageThreshold"),
    ("usage anomaly declare {thresholds} --reason told", "modify usageThreshold"),
    ("usage anomaly show {anomaly}", "read usageAnomaly"),
    ("usage anomaly decide {anomaly} explained --reason meant", "modify usageAnomaly"),
    ("cost declare {costs} --reason told", "modify costDeclaration"),
    ("cost pools", "read costDeclaration"),
    ("cost rates", "read costDeclaration"),
    ("cost allocate 2026-01", "read costStatement"),
    ("cost close 2026-01", "modify costStatement"),
    ("cost correct 2026-01", "modify costStatement"),
    ("cost check 2026-01", "read costStatement"),
    ("cost report 2026-01", "read costStatement"),
    ("cost statements", "read costStatement"),
    ("cost export 2026-01 --to {focus}", "read costStatement"),
    ("usage report 2026-01", "read usageReport"),
    ("usage report 2026-01 --of access --to {page}", "read usageReport"),
    ("cost report 2026-01 --to {page}", "read costStatement"),
    ("monthly report 2026-01 --to {page}", "read inventoryReport"),
    ("monthly declare {recipients} --reason told", "modify reportRecipient"),
    ("monthly recipients", "read reportRecipient"),
    ("monthly deliver 2026-01", "read inventoryReport"),
    ("monthly deliveries", "read inventoryReport"),
    ("subject export {person} --to {archive} --reason DSR-2026-7", "download subject"),
    ("subject hold {person} --reason LIT-2026-4", "delete legalHold"),
    ("subject holds", "delete legalHold"),
    ("subject release {hold} --reason LIT-2026-4", "delete legalHold"),
    ("subject requests open access {person}", "modify subjectRequest"),
    ("subject requests list", "read subjectRequest"),
    ("subject requests take verify {request} --reference ID-CHECK-7", "modify subjectRequest"),
    ("subject restrict {person} --reason DSR-2026-17", "modify restriction"),
    ("subject restrictions", "read restriction"),
    ("subject lift {restriction} --reason DSR-2026-17 --informed LETTER-1", "modify restriction"),
    ("subject erase {third} --dry-run", "delete erasure"),
    ("subject erase {third} --reason DSR-2026-19 --yes", "delete subject"),
    ("subject erasures", "delete erasure"),
    ("subject certificate {erasure}", "delete erasure"),
    ("subject replay", "delete erasure"),
    ("subject retention plan", "delete retention"),
    ("subject retention run --yes", "delete retention"),
)  # fmt: skip
"""Commands in an order in which each finds what it needs, and the entry that each must leave."""
CAMPAIGN = tuple(
    f"audit campaign {step}"
    for step in (
        "new", "list", "show", "sample", "assign", "next", "item", "ask", "record", "adjudicate",
        "correct", "pause", "resume", "hand-over", "abandon", "close", "certificate",
    )
)  # fmt: skip
BY_OTHERS = {
    **dict.fromkeys(CAMPAIGN, "tests/cli/test_audit_campaign.py"),
    "capture pairs find": "tests/cli/test_capture_pairs.py",
    "capture stream": "tests/capture/stream/test_kill.py",
    "access download approve": "tests/access/download/test_governed.py",
    "access download reject": "tests/access/download/test_governed.py",
}
"""Commands that need another account, the extra `matching` or a broker, and where their entries are
looked at."""

ASKED = {
    "finding": "SELECT min(id) FROM audit.finding",
    "attachment": "SELECT id FROM record.attachment LIMIT 1",
    "schema": "SELECT id FROM record.schema_extension LIMIT 1",
    "download": "SELECT id FROM access.download ORDER BY requested_at DESC LIMIT 1",
    "hold": "SELECT id FROM record.legal_hold LIMIT 1",
    "request": "SELECT id FROM record.subject_request LIMIT 1",
    "restriction": "SELECT id FROM record.restriction LIMIT 1",
    "erasure": "SELECT id FROM record.erasure LIMIT 1",
    "load": "SELECT id FROM capture.import LIMIT 1",
    "row": "SELECT min(id) FROM capture.quarantine",
    "item": "SELECT min(id) FROM capture.reconciliation_item",
    "subscription": "SELECT id FROM record.subscription LIMIT 1",
    "anomaly": "SELECT min(id) FROM usage.anomaly",
}
"""What earlier commands made, asked of the database when a later one needs it."""
ENTRIES = (
    "SELECT process, person, source, operation, record_type FROM access.entry"
    " ORDER BY at DESC, seq DESC, number DESC LIMIT $1"
)
ANOMALY = (
    "INSERT INTO usage.anomaly (kind, process, severity, began_at, ended_at, observed, evidence)"
    " VALUES ('refusals', 'care', 'medium', '2026-03-01', '2026-03-02', 60, json_build_object("
    "'window', json_build_object('start', '2026-03-01T00:00:00Z', 'stop', '2026-03-02T00:00:00Z'),"
    " 'observed', 60, 'baseline', '{}'::json, 'entries', '[]'::json, 'of', 0, 'people', 0))"
)
COUNT = "SELECT count(*) FROM access.entry"


def leaves(group: click.Group, *before: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, *before, name)
        else:
            yield " ".join((*before, name))


def is_below(command: str, names: tuple[str, ...]) -> bool:
    return any(command == name or command.startswith(f"{name} ") for name in names)


def test_every_command_says_what_it_is() -> None:
    told = {command for command in leaves(root) for said, _ in SAID if is_below(said, (command,))}
    apart = {command for command in leaves(root) if is_below(command, (*ADMINISTER, *OPERATE))}
    assert set(leaves(root)) - told - apart - BY_OTHERS.keys() == set()
    assert told & apart == set()


async def _made(dsn: str) -> dict[str, str]:
    async with Database(dsn) as database:
        there = await _filled(database)
        inventory, actor = Inventory(database), Actor("tests", "testing")
        more = [
            (await inventory.create(TYPES["individual"], BODIES["individual"], actor=actor)).id
            for _ in range(2)
        ]
        model = await keeping.in_force(database, "individual")
        alike = normal("individual", more[0], BODIES["individual"])
        one = pair.Pair(more[0], more[1], model.score(alike, alike))
        await pair.queue(database, "individual", [one], model=model.sha256)
        asked = requirement("nickname", data=Data(values=("none",)))
        await audit(database, list(rules_of(asked)), actor=actor)
        await subscribe(
            database,
            actor=actor,
            api="customerManagement",
            version=5,
            location="http://127.0.0.1",
            record_types=("customer",),
            callback="http://127.0.0.1:9",
            query=None,
            conditions=(),
            at=now(),
        )
    return {
        "person": there.person,
        "customer": there.customer,
        "account": there.account,
        "other": more[0],
        "third": more[1],
    }


def test_every_command_of_customer_data_leaves_its_entry(
    here: Cinv,  # noqa: F811
    dsn: str,
    tmp_path: Path,
) -> None:
    facts = _run(_made(dsn))
    files = {
        "file": "note.txt",
        "rows": "rows.ndjson",
        "draft": "draft.yaml",
        "folder": "taken",
        "archive": "a.zip",
        "fixed": "fixed.txt",
        "costs": "costs.yaml",
        "focus": "focus.csv",
        "page": "page.html",
        "recipients": "recipients.yaml",
        "thresholds": "thresholds.yaml",
    }
    facts |= {name: str(tmp_path / file) for name, file in files.items()}
    (tmp_path / "note.txt").write_text("a note")
    (tmp_path / "fixed.txt").write_text('{"@type":"Individual"}')
    (tmp_path / "draft.yaml").write_text(
        "process: billing\npurpose: testing\npermissions: {customer: [read]}\n"
    )
    (tmp_path / "costs.yaml").write_text(
        "currency: EUR\npools: [{name: disks, kind: storage, driver: stored,"
        " costs: [{from: 2026-01, amount: 9.99}]}]\n"
    )
    (tmp_path / "recipients.yaml").write_text("recipients: [{owner: Sales}]\n")
    (tmp_path / "thresholds.yaml").write_text("habit: {weeks: 6}\n")
    asked(dsn, ANOMALY)
    record = next(line for line in lines(1, seed=3) if b'"Individual"' in line)
    (tmp_path / "rows.ndjson").write_bytes(record + b"{broken\n")
    person = getpass.getuser()
    for said, expected in SAID:
        for name, statement in ASKED.items():
            if f"{{{name}}}" in said:
                facts[name] = str(asked(dsn, statement)[0][0])
        before = asked(dsn, COUNT)[0][0]
        done = here(
            *shlex.split(said.format(**facts)),
            **({"CINV_RETENTION": "example"} if "retention run" in said else {}),
            **({"CINV_REPORTS": str(tmp_path / "reports")} if "monthly deliver" in said else {}),
        )
        assert done.code in (0, 4), (said, done.err)
        count = asked(dsn, COUNT)[0][0] - before
        assert count, said
        new = asked(dsn, ENTRIES, count)
        assert expected in {f"{entry[3]} {entry[4]}" for entry in new}, (said, new)
        for process, who, source, *_ in new:
            assert (process, who) == (HOUSE, person), said
            assert source.startswith(("terminal of ", "download ")), (said, source)
