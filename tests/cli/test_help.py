"""Help: every command explains itself, and its examples work."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from customer_inventory import __version__
from customer_inventory.audit.campaign.certificate import written
from customer_inventory.cli.root import cinv as root
from tests.audit.campaign.samples import certificate as signed_certificate
from tests.cli.conftest import Cinv

# Told and tested with what they load.
ELSEWHERE = ("demo", "capture")
ENDLESS = ("serve", "start")
# Needs a service that runs: test_serve.py.
OF_A_SERVICE = "health"
# Make roles of the whole server: tested where they are taken away again (tests/access/reporting).
OF_THE_SERVER = "reporting"
# Are for the embedded database alone, and tried with one: test_db_backup.py.
OF_THE_EMBEDDED = ("backup", "backups", "verify", "restore", "drill", "expire", "upgrade")

# Each step needs the one before, by another person: tried in their order (test_audit_pack.py).
STEP_BY_STEP = ("audit", "packs")


def commands(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below `group`, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        if name in ELSEWHERE:
            continue
        command = group.get_command(context, name)
        assert command is not None
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


EVERY = list(commands(root))
LEAVES = [(words, command) for words, command in EVERY if not isinstance(command, click.Group)]


def leaf(*words: str) -> click.Command:
    """Return the command that these words call."""
    return dict(EVERY)[words]


def examples(command: click.Command) -> list[list[str]]:
    """The examples in the help of a command, word by word."""
    text = (command.help or "").replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in re.findall(r"^ *(cinv .*)$", text, re.MULTILINE)]


@pytest.mark.parametrize(("words", "command"), EVERY, ids=[" ".join(words) for words, _ in EVERY])
def test_a_command_explains_itself(
    cinv: Cinv, words: tuple[str, ...], command: click.Command
) -> None:
    for option in ("--help", "-h"):
        told = cinv(*words, option)
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith(f"Usage: cinv {' '.join(words)}")
        assert command.get_short_help_str()


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=[" ".join(words) for words, _ in LEAVES])
def test_a_command_that_takes_arguments_shows_how(
    words: tuple[str, ...], command: click.Command
) -> None:
    needs = [parameter for parameter in command.params if parameter.required]
    shown = examples(command)
    assert shown or not needs
    assert all(tuple(example[: len(words)]) == words for example in shown)


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=[" ".join(words) for words, _ in LEAVES])
def test_options_are_explained(words: tuple[str, ...], command: click.Command) -> None:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(words)} {parameter.name}"


UNFOUND = (("finding", "show"), ("anomaly", "show"), ("anomaly", "decide"))
"""Commands about something that is found, where nothing is."""


def test_examples_work(here: Cinv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    certificate = written(signed_certificate(tmp_path / "home"), "html")
    (tmp_path / "names-2026.html").write_bytes(certificate)
    _with_requirements(here, tmp_path)
    here("access", "person", "add", "olga", "breakGlass")
    for purpose, basis in (("care", "contract"), ("ads", "legitimateInterests")):
        here("access", "purpose", "add", purpose, "--title", purpose, "--legal-basis", basis)
    here("access", "register", "ads", "--name", "Ads", "--owner", "F")
    _with_costs(here, tmp_path)
    (tmp_path / "recipients.yaml").write_text("recipients: [{owner: Controlling}]\n")
    monkeypatch.setenv("CINV_REPORTS", str(tmp_path / "reports"))
    is_spoilt = True
    for words, command in LEAVES:
        for example in examples(command):
            if words[-1] in ENDLESS or OF_THE_SERVER in words or words == (OF_A_SERVICE,):
                continue
            if words[:2] == STEP_BY_STEP:
                continue
            if words[0] == "db" and words[-1] in OF_THE_EMBEDDED:
                continue
            if is_spoilt:
                assert here("access", "register", "billing", *_REGISTRATION).code == 0
                assert here("access", "resume", "billing", "--reason", "x").code == 0
            done = here(*example)
            # Nothing else suspends the process of the examples, or takes its permissions away.
            is_spoilt = words[0] == "access"
            # The one customer of the examples is in nobody's database, and nothing is found of it.
            is_absent = "qa06h0q9x2mrs6kz4c8v1tdw3e" in example or words[1:] in UNFOUND
            is_absent = is_absent or "3f1c9a5b7d2e4f60" in example
            is_absent = is_absent or "0a0m3k9y2v7q1d5c8h4x6t2b9z" in example
            # The server of the tests is not durable, and who looks says so.
            is_critical = words in (("shortcomings", "assess"), ("db", "doctor"))
            expected = 1 if is_absent or is_critical or _is_full(words, done.out) else 0
            assert done.code == expected, (example, done.err)


def _is_full(words: tuple[str, ...], out: str) -> bool:
    """Tell whether the disk of this machine, and nothing else, is what a status complains of."""
    if words != ("db", "status"):
        return False
    wrong = {line["what"] for line in json.loads(out) if line["state"] == "problem"}
    return wrong == {"verdict", "disk"}


def _with_requirements(here: Cinv, folder: Path) -> None:
    """Let there be the file of the examples, and its requirements under way."""
    there = folder / "requirements"
    there.mkdir()
    (there / "individual.yaml").write_text(_REQUIREMENTS)
    assert here("req", "import", "requirements/", "--reason", "x").code == 0
    assert here("req", "review", "REQ-101").code == 0


def _with_costs(here: Cinv, folder: Path) -> None:
    """Let there be the file of the examples; something is declared, and metered."""
    file = folder / "costs.yaml"
    file.write_text(_COSTS)
    assert here("cost", "declare", "costs.yaml", "--reason", "x").code == 0
    file.write_text(f"# Anew.\n{_COSTS}")
    (folder / "thresholds.yaml").write_text("habit: {weeks: 6}\n")
    assert here("usage", "meter").code == 0


_COSTS = """\
currency: EUR
pools: [{name: disks, kind: storage, driver: stored, costs: [{from: 2026-01, amount: 9.99}]}]
"""
_REQUIREMENTS = """\
type: individual
requirements:
  - {id: REQ-101, path: shoeSize, name: Shoe size, definition: In Paris points.}
  - {id: REQ-102, path: hatSize, name: Hat size, definition: In centimetres.}
  - {id: REQ-103, path: gloveSize, name: Glove size, definition: In inches.}
"""
_REGISTRATION = ["--name", "B", "--owner", "F", "--purpose", "billing", "--allow", "customer:read"]


def test_the_root_lists_its_commands(cinv: Cinv) -> None:
    told = cinv("--help")
    assert told.code == 0
    for name in ("serve", "status", "db", "record", "customer", "access"):
        assert re.search(rf"^  {name} ", told.out, re.MULTILINE)
    assert "Exit codes" in told.out


def test_the_version_is_told(cinv: Cinv) -> None:
    assert __version__ in cinv("--version").out


@pytest.mark.parametrize("words", [["db"], ["record"], ["customer"], ["access"]])
def test_a_group_alone_shows_its_help(cinv: Cinv, words: list[str]) -> None:
    told = cinv(*words)
    assert told.code == 2
    assert "Commands:" in told.out + told.err
