"""`cinv db keys`: every key that is kept beside the database is listed, and made once."""

import json
import re
from pathlib import Path

import customer_inventory
from tests.cli.conftest import Cinv

_KEPT = re.compile(r'\bkept\(home, (?:"([^"]+)"|KEY)')


def test_keys_are_made_once(cinv: Cinv, tmp_path: Path) -> None:
    before = json.loads(cinv("db", "keys", "-o", "json").out)
    assert {row["state"] for row in before} == {"not there"}
    made = json.loads(cinv("db", "keys", "--make", "-o", "json").out)
    assert {row["state"] for row in made} == {"there"}
    folder = tmp_path / "home" / "keys"
    contents = {row["file"]: (folder / row["file"]).read_bytes() for row in made}
    assert all((folder / name).stat().st_mode & 0o777 == 0o600 for name in contents)
    assert len(set(contents.values())) == len(contents)
    assert cinv("db", "keys", "--make").code == 0
    assert {name: (folder / name).read_bytes() for name in contents} == contents


def test_no_key_is_left_out(cinv: Cinv) -> None:
    listed = {row["file"] for row in json.loads(cinv("db", "keys", "-o", "json").out)}
    source = Path(customer_inventory.__file__).parent
    texts = [path.read_text("utf-8") for path in source.rglob("*.py")]
    found = {name or "backup.key" for text in texts for name in _KEPT.findall(text)}
    assert listed == found
