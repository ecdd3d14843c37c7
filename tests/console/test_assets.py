"""Files of others are the pinned ones, and the console does without them where they are not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build

LOCK = json.loads((Path(hatch_build.__file__).parent / "assets.lock.json").read_text("utf-8"))


def test_what_is_served_is_what_is_pinned() -> None:
    for name, pinned in LOCK.items():
        if not (hatch_build.VENDOR / "htmx.min.js").is_file():
            pytest.skip(f"{name} is not here: no npm when the package was installed")
        assert hatch_build.is_there(pinned["files"]), name


def test_another_content_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch_build, "VENDOR", tmp_path)
    monkeypatch.setattr(hatch_build, "_fetched", lambda _: b"another package")
    with pytest.raises(SystemExit, match="not the one that is pinned"):
        hatch_build.bring()
    assert list(tmp_path.iterdir()) == []


def test_without_npm_a_build_goes_on_unless_it_must_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hatch_build, "VENDOR", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hatch_build.bring() is False
    assert "works without" in capsys.readouterr().err
    monkeypatch.setenv("CINV_REQUIRE_ASSETS", "1")
    with pytest.raises(SystemExit, match="npm"):
        hatch_build.bring()


def test_the_hook_needs_nothing_to_be_run_by_hand() -> None:
    done = subprocess.run(
        [sys.executable, hatch_build.__file__], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
