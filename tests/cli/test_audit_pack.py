"""`cinv audit packs`: a file of rules, from its first mistake to what it finds."""

import json
from pathlib import Path

from tests.audit.test_packs import PACK
from tests.cli.conftest import Cinv


def test_a_file_of_rules_is_checked_decided_and_asked(here: Cinv, tmp_path: Path) -> None:
    file, on = tmp_path / "ours.yaml", ("audit", "packs")
    file.write_text(PACK.replace("severity: low", "severity: lower"))
    for command in ("check", "propose"):
        wrong = here(*on, command, str(file))
        assert wrong.code != 0
        assert f"{file}: line 9: 'lower' is none of high, medium, low" in wrong.err
    file.write_text(PACK)
    (rule,) = json.loads(here(*on, "check", str(file), "-o", "json").out)
    assert (rule["rule"], rule["threshold"], rule["do"]) == ("OUR-1", 0.9, "Ask.")
    assert "version 1 of ours" in here(*on, "propose", str(file), "--as", "paul").err
    assert "says what is known" in here(*on, "propose", str(file), "--as", "paul").err
    assert here(*on, "review", "ours", "--as", "rita").code == 0
    assert here(*on, "approve", "ours", "--as", "anna").code == 0
    assert here(*on, "enforce", "ours").code == 0
    asked = {each["rule"]: each for each in json.loads(here("audit", "rules", "-o", "json").out)}
    assert (asked["OUR-1"]["pack"], asked["OUR-1"]["means"]) == ("ours", "Letters cannot be begun.")
    assert asked["CR-001"]["pack"] == "records"
    shown = here(*on, "show", "ours")
    assert (shown.out, shown.err) == (PACK, "version 1, enforced\n")
    assert here(*on, "show", "ours", "--version", "2").code != 0
    history = json.loads(here(*on, "show", "ours", "--history", "-o", "json").out)
    assert [step["state"] for step in history] == ["enforced", "approved", "reviewed", "proposed"]
    for step, state in (("suspend", "suspended"), ("resume", "enforced"), ("retire", "retired")):
        assert here(*on, step, "ours").code == 0
        (pack,) = json.loads(here(*on, "list", "-o", "json").out)
        assert (pack["pack"], pack["state"]) == ("ours", state)
    assert here(*on, "reject", "ours", "--reason", "gone").code != 0
