"""`cinv capture import` as a process: what it may not write is refused, and the ledger has it."""

import json
from pathlib import Path

from customer_inventory.kit.ids import new_id
from customer_inventory.store.embedded import EmbeddedServer
from tests.cli.conftest import Cinv, asked


def written(folder: Path, **more: str) -> Path:
    document = {"@type": "Individual", "givenName": "Ada", "familyName": "Byron", **more}
    file = folder / "people.ndjson"
    rows = [{"id": new_id(), **document}, {"id": new_id(), **document, "status": "validated"}]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


def test_a_load_names_its_process_and_purpose(here: Cinv, dsn: str, tmp_path: Path) -> None:
    register = ("access", "register", "crm", "--name", "CRM", "--owner", "Sales")
    allowed = ("--purpose", "care", "--allow", "individual:create", "--allow", "customer:create")
    assert here(*register, *allowed).code == 0
    file = str(written(tmp_path))
    loading = ("capture", "import", file, "--mapping", "records", "-o", "json")
    unnamed = here(*loading, "--process", "crm")
    assert (unnamed.code, "--purpose" in unnamed.err) == (2, True)
    other = here(*loading, "--process", "crm", "--purpose", "marketing")
    assert (other.code, other.out) == (3, "")
    assert "may not create any record for marketing" in other.err
    loaded = here(*loading, "--process", "crm", "--purpose", "care")
    assert loaded.code == 0, loaded.err
    (load,) = json.loads(here("capture", "list", "-o", "json").out)
    assert (load["process"], load["purpose"]) == ("crm", "care")
    entries = asked(
        dsn,
        "SELECT operation, record_type, status, record_count FROM access.entry"
        " WHERE process = 'crm' ORDER BY seq",
    )
    assert entries == [("create", "import", 403, None), ("create", "individual", 200, 2)]


def test_what_a_load_leaves_in_the_ledger_of_its_own_home_is_sealed(
    cinv: Cinv, tmp_path: Path
) -> None:
    file = str(written(tmp_path))
    server = EmbeddedServer(tmp_path / "home")
    attachment = server.attach()
    try:
        assert cinv("capture", "import", file, "--mapping", "records").code == 0
        assert asked(server.superuser_dsn, "SELECT count(*) FROM access.segment") == [(0,)]
        sealed = "SELECT record_count FROM access.sealed WHERE record_type = 'individual'"
        assert asked(server.superuser_dsn, sealed) == [(2,)]
    finally:
        attachment.leave()


def test_another_ledger_is_left_to_who_has_its_key(here: Cinv, dsn: str, tmp_path: Path) -> None:
    file = str(written(tmp_path))
    assert here("capture", "import", file, "--mapping", "records").code == 0
    assert asked(dsn, "SELECT count(*) FROM access.sealed") == [(0,)]
    assert not (tmp_path / "home" / "keys" / "ledger.pem").exists()


def test_refused_rows_are_listed_by_file_line_code_and_reason(
    here: Cinv, dsn: str, tmp_path: Path
) -> None:
    file = written(tmp_path)
    assert here("capture", "import", str(file), "--mapping", "records").code == 0
    register = ("access", "register", "crm", "--name", "CRM", "--owner", "Sales")
    assert here(*register, "--purpose", "care", "--allow", "individual:update").code == 0
    file.write_text(file.read_text().replace("Byron", "King").replace("validated", "deceased"))
    loading = ("capture", "import", str(file), "--mapping", "records", "--process", "crm")
    loaded = here(*loading, "--purpose", "care")
    assert loaded.code == 4
    assert "line 2: status: To modify is not permitted" in loaded.err
    load = json.loads(here("capture", "list", "-o", "json").out)[0]["id"]
    (refused,) = json.loads(here("capture", "refusals", load, "-o", "json").out)
    assert (refused["file"], refused["line"], refused["code"], refused["path"]) == (
        "people.ndjson", 2, "fieldNotWritable", "status",
    )  # fmt: skip
    assert "King" in refused["row_text"]
