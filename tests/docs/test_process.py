"""Every sentence of the process description has a command, a screen and a test that there are."""

import ast
import functools
import re
from typing import NamedTuple

import pytest

from customer_inventory.cli.root import cinv
from customer_inventory.console.screens import SCREENS
from tests.docs.page import DOCS, ROOT, marked, rows
from tests.house.test_docs import commands

PAGE = (DOCS / "explanation" / "process.md").read_text("utf-8")
COMMANDS = frozenset(commands(cinv, "cinv"))
PATHS = frozenset(screen.path for screen in SCREENS)
RESPONSIBILITIES = (
    "Requirements", "Facilities", "Management and capture", "Registration and access", "Audits",
    "Use, access and cost", "Shortcomings",
)  # fmt: skip


class Sentence(NamedTuple):
    """A sentence of the description, and for each part of it what is asked and what answers."""

    title: str
    parts: list[list[str]]


def _sentences() -> list[Sentence]:
    sections = re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE)[1:]
    told = [Sentence(section.partition("\n")[0], rows(section)) for section in sections]
    return [sentence for sentence in told if sentence.title != "What the process is"]


SENTENCES = _sentences()


@functools.cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    made = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, made))


def test_the_definition_and_the_seven_responsibilities_are_there() -> None:
    numbered = [title for title, _ in SENTENCES if re.match(r"\d\. ", title)]
    assert numbered == [f"{n}. {name}" for n, name in enumerate(RESPONSIBILITIES, 1)]
    assert len(SENTENCES) == len(RESPONSIBILITIES) + 4


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda each: each.title)
def test_a_sentence_has_a_command_a_screen_and_a_test(sentence: Sentence) -> None:
    assert sentence.parts
    assert all(len(part) == 4 for part in sentence.parts)
    for answers in list(zip(*sentence.parts, strict=True))[1:]:
        assert any(marked(each) for each in answers)
    assert all(marked(command) and marked(test) for _, command, _, test in sentence.parts)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda each: each.title)
def test_what_answers_is_there(sentence: Sentence) -> None:
    for _, command, screen, test in sentence.parts:
        assert set(marked(command)) <= COMMANDS
        assert set(marked(screen)) <= PATHS
        for named in marked(test):
            path, _, name = named.partition("::")
            assert name in _tests_of(path), named
