"""The site is built without a warning, and asks nobody else for anything when it is viewed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.page import ROOT, pages

pytest.importorskip("material", reason="the extra `docs` is not installed")

_LOADED = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=\"?(https?:[^\s\">]+)"
)
"""What a page has the browser fetch; an anchor is followed by whoever wants to."""


def test_the_site_is_whole_and_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site"
    words = ("build", "--strict", "--quiet", "--site-dir", str(site))
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    built = list(site.rglob("index.html"))
    assert len(built) == len(pages())
    for page in built:
        found = _LOADED.findall(page.read_text("utf-8"))
        assert [address for address in found if "canonical" not in address] == [], page
