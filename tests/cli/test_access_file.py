"""`cinv access apply` and `export`: the plan, what waits, exit codes."""

from pathlib import Path

from tests.access.declared.test_apply import FILE
from tests.cli.conftest import Cinv


def test_a_file_is_planned_applied_and_exported(here: Cinv, tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(FILE)
    assert here("access", "apply", "-f", str(file), "--check").code == 1
    done = here("access", "apply", "-f", str(file), "--dry-run")
    assert (done.code, "register" in done.out) == (0, True)
    assert here("access", "grants").err.startswith("Nobody has asked")
    assert here("access", "apply", "-f", str(file)).code == 0
    assert here("access", "apply", "-f", str(file)).code == 4
    told = here("access", "export").out
    assert "ownerPerson: bea" in told
    file.write_text(told)
    done = here("access", "apply", "-f", str(file), "--check")
    assert (done.code, done.err) == (0, "Nothing differs.\n")
    file.write_bytes(b"\xff\xfe")
    assert here("access", "apply", "-f", str(file)).code == 2
