"""`cinv access reporting` at the terminal: never a password on the command line."""

from pathlib import Path

from tests.cli.conftest import Cinv, asked


def test_it_says_what_is_missing_and_makes_nothing(here: Cinv, dsn: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse battery staple\n")
    words = ("access", "reporting", "add", "churn", "--process", "nobody", "--purpose", "x")
    refused = here(*words, "--password-file", str(secret))
    assert refused.code != 0
    reasons = ("CREATEROLE", "may download nothing", "Reporting roles are of one server")
    assert any(each in refused.err for each in reasons)
    assert asked(dsn, "SELECT rolname FROM pg_roles WHERE rolname = 'cinv_report_churn'") == []
    assert "There is no reporting role" in here("access", "reporting", "list").err
    ended = here("access", "reporting", "end", "churn")
    assert ended.code != 0
    assert "no reporting role cinv_report_churn" in ended.err
    assert "--password " not in here("access", "reporting", "add", "--help").out
