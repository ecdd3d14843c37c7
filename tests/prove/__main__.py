"""`./run prove quick|long [PART ...] [--seed N] [--minutes N]`: what is claimed, tried.

Prints what was tried, how often, and what was lost; the seed tries the same again, as far as the
machine's own timing lets it. Ends with 1 when anything was lost or did not hold.
"""

import argparse
import asyncio
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.prove.fuzzing import CORPUS, HAS_ATHERIS, TARGETS
from tests.prove.soaking import soak
from tests.prove.storming import storm

ROOT = Path(__file__).parents[2]
LINES = 40
"""Of what is wrong, so many are printed."""
MODELS = (
    "tests/record/test_write_model.py",
    "tests/record/time/test_versions_model.py",
    "tests/record/identity/test_merging.py",
    "tests/access/grant/test_grant_model.py",
    "tests/audit/campaign/test_life.py",
    "tests/usage/cost/test_allocating.py",
    "tests/usage/cost/test_money.py",
)
ORDERS = ("tests/prove/test_linear.py", "tests/tmf/test_concurrency.py",
          "tests/record/test_concurrency.py")  # fmt: skip
UPGRADES = ("tests/store/test_migrate.py", "tests/store/test_migrate_load.py",
            "tests/facilities/test_upgrading.py")  # fmt: skip
RESTORES = ("tests/facilities/backup/test_restoring.py", "tests/facilities/backup/test_drilling.py")
SUPPLY = ("tests/security/test_supply.py",)


class Given(NamedTuple):
    """How long is tried, and by which seed."""

    is_long: bool
    seed: int
    minutes: float | None


Part = Callable[[Given], bool]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run prove", description=__doc__)
    parser.add_argument("how", choices=("quick", "long"), help="15 minutes, or hours")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--minutes", type=float, help="of faults, instead of 5 or 60")
    given = parser.parse_args()
    unknown = set(given.parts) - PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    told = Given(given.how == "long", given.seed, given.minutes)
    _say(f"seed {told.seed}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    results = {}
    for name in given.parts or PARTS:
        began = time.monotonic()
        _say(f"== {name}")
        results[name] = PARTS[name](told)
        _say(f"   {'holds' if results[name] else 'does NOT hold'}"
             f" ({time.monotonic() - began:,.0f} s)")  # fmt: skip
    lost = [name for name, held in results.items() if not held]
    _say(f"lost: {', '.join(lost) if lost else 'nothing'}; seed {told.seed}")
    return 1 if lost else 0


def _faults(given: Given) -> bool:
    minutes = given.minutes or (60 if given.is_long else 5)
    began = time.monotonic()

    def tell(what: str) -> None:
        _say(f"   {time.monotonic() - began:7.1f} s  {what}")

    found = asyncio.run(storm(minutes * 60, given.seed, tell))
    for what, why in found.skipped.items():
        _say(f"   skipped: {what}: {why}")
    _say("   broken: " + ", ".join(f"{what} {n}" for what, n in sorted(found.broken.items())))
    for what, number in sorted(found.tried.items()):
        _say(f"   {number:9,}  {what}")
    for wrong in found.wrong[:LINES]:
        _say(f"   LOST: {wrong}")
    return not found.wrong


def _soak(given: Given) -> bool:
    seconds = 4 * 3600 if given.is_long else 90
    found = asyncio.run(soak(seconds, given.seed, lambda what: _say(f"   {what}")))
    _say(f"   memory {found.grown_bytes / 2**20:+.1f} MiB of {found.bytes >> 20},"
         f" files {found.grown_files:+.1f} of {found.files}")  # fmt: skip
    return found.is_flat


def _fuzz(given: Given) -> bool:
    """Each reader by itself; then every API from its own document."""
    _say(f"   by {'atheris' if HAS_ATHERIS else 'changes made blindly: atheris is not installed'}")
    held = [_fuzzed(name, given) for name in TARGETS]
    seconds = "600" if given.is_long else "4"
    words = ["-m", "tests.fuzz", "--seconds", seconds, "--seed", str(given.seed)]
    return _done([sys.executable, *words]) and all(held)


def _fuzzed(name: str, given: Given) -> bool:
    """Fuzz one reader in a folder of its own; what was found goes into the corpus."""
    seconds = 600 if given.is_long else 8
    with tempfile.TemporaryDirectory(prefix="cinv-fuzz-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.prove.fuzzing", name, str(seconds), str(given.seed)],
            cwd=ROOT, env={**os.environ, "TMPDIR": folder}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        for found in Path(folder).glob("cinv-found-*/*-*"):
            if found.name.startswith(("crash-", "timeout-", "oom-")):
                shutil.copy(found, CORPUS / name / found.name[:24])
    runs = re.search(r"(?:Done |tried )(\d+)", done.stderr + done.stdout)
    begins = len(list((CORPUS / name).iterdir()))
    _say(f"   {int(runs[1]) if runs else 0:9,}  {name}, from {begins}")
    if done.returncode:
        _say((done.stdout + done.stderr)[-3000:])
    return done.returncode == 0


def _tests(*places: str) -> Part:
    def part(given: Given) -> bool:
        profile = "long" if given.is_long else "ci"
        words = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider",
                 f"--hypothesis-seed={given.seed}", *places]  # fmt: skip
        return _done(words, CINV_TEST_PROFILE=profile)

    return part


def _done(words: list[str], **environment: str) -> bool:
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    lines = done.stdout.strip().splitlines()
    for line in lines[-LINES:] if done.returncode else lines[-1:]:
        _say(f"   {line}")
    return done.returncode == 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


PARTS: dict[str, Part] = {
    "faults": _faults,
    "orders": _tests(*ORDERS),
    "models": _tests(*MODELS),
    "fuzz": _fuzz,
    "soak": _soak,
    "upgrade": _tests(*UPGRADES),
    "restore": _tests(*RESTORES),
    "supply": _tests(*SUPPLY),
}


if __name__ == "__main__":
    sys.exit(main())
