"""The image: what it is made of is pinned, what it runs is there. Docker builds it elsewhere."""

import json
import re
import subprocess
import tomllib
from fnmatch import fnmatch

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.product import DEPLOY, check_command, check_setting, program

FOLDER = DEPLOY / "container"
PROJECT = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))
LEFT_OUT = {
    "matching", "client", "mcp",
    "test", "fuzz", "prove", "check", "audit", "bench", "docs", "deploy",
}  # fmt: skip
"""Extras that the image does not have: batch matching is run where there is room for it, programs
and agents that ask run where they live."""

_PINNED = re.compile(r"^([\w.-]+)==([\w.+-]+) \\$")
TEXT = re.sub(r"\\\n\s*", "", (FOLDER / "Dockerfile").read_text("utf-8"))
LAST = TEXT.rpartition("\nFROM ")[2]


def locked(name: str) -> dict[str, str]:
    """The pinned versions of a lock, by the name of the package."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    found = [match for match in map(_PINNED.match, lines) if match]
    assert all(line.startswith("    --hash=sha256:") for line in lines if not _PINNED.match(line))
    return {canonicalize_name(match[1]): match[2] for match in found}


def needed() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"]
    texts = [*PROJECT["project"]["dependencies"]]
    for name in sorted(extras.keys() - LEFT_OUT):
        texts += extras[name]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("requirement", needed(), ids=str)
def test_what_the_product_needs_is_locked(requirement: Requirement) -> None:
    """If this fails, pyproject.toml changed: ./run lock makes the lock anew."""
    version = locked("requirements.lock")[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True)


def test_what_builds_it_is_locked() -> None:
    lock = locked("build.lock")
    for text in PROJECT["build-system"]["requires"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(lock[canonicalize_name(requirement.name)])


def words(instruction: str) -> list[str]:
    """What an instruction of the last stage says in its exec form."""
    found = re.findall(rf"^{instruction}\b.*?(\[.*\])$", LAST, re.MULTILINE)
    return list(json.loads(found[-1]))


def test_what_it_runs_is_there() -> None:
    entry = words("ENTRYPOINT")
    assert entry == ["tini", "--", "cinv"]
    check_command(words("CMD"))
    called, *rest = words("HEALTHCHECK")
    assert called == "cinv"
    check_command(rest)
    for variable in re.findall(r"\b(CINV_\w+)=", LAST):
        check_setting(variable)


def test_it_runs_as_nobody_in_particular() -> None:
    user, group = re.findall(r"^USER (\d+):(\d+)$", LAST, re.MULTILINE)[-1]
    assert int(user) >= 10_000
    assert f"--uid {user}" in LAST
    assert f"--gid {group}" in LAST


def test_nothing_but_what_is_named_is_sent_to_the_builder() -> None:
    lines = (DEPLOY.parent / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", TEXT, re.MULTILINE)
    for source in " ".join(copied).split():
        assert (DEPLOY.parent / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in allowed), source


@pytest.mark.skipif(program("hadolint") is None, reason="hadolint is not there (extra deploy)")
def test_it_is_written_as_dockerfiles_should_be() -> None:
    words = [str(program("hadolint")), str(FOLDER / "Dockerfile")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
