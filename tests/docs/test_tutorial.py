"""The tutorial is followed to the letter: every block is run, in order, and says what is shown.

The long profile begins with a clone of the repository and the whole of the real file; in a build
the environment is there already and the file is its first lines: only the words are compared.
"""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.capture.conftest import real_data
from tests.conftest import PROFILE
from tests.docs.page import DOCS, ROOT, blocks

__all__ = ["real_data"]

BLOCKS = list(blocks(DOCS / "tutorial.md"))
IS_LONG = PROFILE == "long"
ROWS = 250
"""How many customers of the real file a build loads."""
DONE = "--- done"


def test_every_block_is_run_or_compared() -> None:
    assert {block.language for block in BLOCKS} == {"sh", "text"}
    for before, block in itertools.pairwise(BLOCKS):
        assert block.language == "sh" or before.language == "sh", block


def _expected(line: str) -> re.Pattern[str]:
    """Return what a shown line matches: any spaces, anything for `…`, figures of a short file."""
    words = re.escape(" ".join(line.split())).replace("\\ ", r"\s+").replace("…", ".*")
    return re.compile(words if IS_LONG else re.sub(r"\d(?:[\d,.]*\d)?", r"[\\d,.]+", words))


def _missing(shown: str, said: str) -> list[str]:
    """Return the lines of `shown` that are not in `said`, each after the one before."""
    left = iter(said.splitlines())
    lines = [line for line in shown.splitlines() if line.strip()]
    return [line for line in lines if not any(_expected(line).match(each.strip()) for each in left)]


@pytest.fixture
def folder(real_data: Path) -> Iterator[Path]:
    """A folder to follow it in, with the file; the server's account must be able to pass."""
    with tempfile.TemporaryDirectory(prefix="cinv-test-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        there = Path(made) / "customer-inventory"
        if IS_LONG:
            subprocess.run(["git", "clone", "--quiet", ROOT, there], check=True)
        else:
            there.mkdir()
        lines = (real_data / "telco-customers.csv").read_text("utf-8").splitlines(keepends=True)
        kept = lines if IS_LONG else lines[: ROWS + 1]
        (there / "telco-customers.csv").write_text("".join(kept), "utf-8")
        yield there


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _script() -> str:
    run = [block for block in BLOCKS if block.language == "sh"]
    kept = run if IS_LONG else [block for block in run if "./run" not in block.text]
    parts = [f"{block.text}echo '{DONE} {block}'\n" for block in kept]
    return "set -e\nexec 2>&1\n" + "".join(parts).replace("8080", str(_free_port()))


def test_it_is_followed_to_the_letter(folder: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CINV_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    running = subprocess.Popen(
        ["bash", "-c", _script()],
        cwd=folder,
        env=kept if IS_LONG else {**kept, "PATH": path},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = running.communicate(timeout=900)
    finally:
        _end(running, folder)
    assert running.returncode == 0, said[-3000:]
    _compare(said)


def _end(running: subprocess.Popen[str], folder: Path) -> None:
    """End the service and its database, if the tutorial did not come to its last step."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
    inventory = {"CINV_HOME": str(folder / "inventory"), "PATH": os.environ["PATH"]}
    stop = [sys.executable, "-m", "customer_inventory", "db", "stop"]
    subprocess.run(stop, env=inventory, check=False, capture_output=True)


def _compare(said: str) -> None:
    answers = dict(_answers(said))
    faults = {}
    for before, block in itertools.pairwise(BLOCKS):
        if block.language == "text" and str(before) in answers:
            missing = _missing(block.text, answers[str(before)])
            if missing:
                faults[str(block)] = (missing, answers[str(before)])
    assert faults == {}


def _answers(said: str) -> Iterator[tuple[str, str]]:
    begun = 0
    for mark in re.finditer(rf"^{DONE} (\S+)$", said, re.MULTILINE):
        yield mark[1], said[begun : mark.start()]
        begun = mark.end()
