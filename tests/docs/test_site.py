"""The site is built without a warning, and asks nobody else for anything when it is viewed.

Building takes a while: that is of the long profile. In a build every link is looked at by itself.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROFILE
from tests.docs.page import DOCS, ROOT, pages, prose

pytest.importorskip("material", reason="the extra `docs` is not installed")
from tests.docs.made import reference

_LOADED = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=\"?(https?:[^\s\">]+)"
)
"""What a page has the browser fetch; an anchor is followed by whoever wants to."""


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(DOCS)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    made = {DOCS / place for place in (*reference.PAGES, *reference.FILES)}
    for found in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose(page)):
        if not re.match(r"[a-z]+:", found):
            there = Path(os.path.normpath(page.parent / found))
            assert there in made or there.is_file(), found


@pytest.mark.skipif(PROFILE != "long", reason="building the site is of the long profile")
def test_the_site_is_whole_and_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site"
    words = ("build", "--strict", "--quiet", "--site-dir", str(site))
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    built = list(site.rglob("index.html"))
    assert len(built) == len(pages()) + len(reference.PAGES)
    for place in reference.FILES:
        assert json.loads((site / place).read_text("utf-8"))
    for page in built:
        found = _LOADED.findall(page.read_text("utf-8"))
        assert [address for address in found if "canonical" not in address] == [], page
