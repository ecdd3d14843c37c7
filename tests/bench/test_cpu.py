"""CPU time of a tree of processes: what is told of it never falls, whoever ends meanwhile."""

import subprocess
import sys
from itertools import pairwise

import pytest

from bench import cpu

pytestmark = pytest.mark.skipif(not cpu.is_readable(), reason="This system does not tell it.")

_CHILDREN = """
import subprocess, sys
for _ in range(40):
    subprocess.run([sys.executable, "-S", "-c", "sum(range(1_000_000))"], check=True)
"""


def test_the_time_of_a_tree_never_falls_while_children_end() -> None:
    with subprocess.Popen([sys.executable, "-c", _CHILDREN]) as process:
        seen = []
        while process.poll() is None:
            seen.append(cpu.tree_seconds(process.pid))
    assert process.returncode == 0
    # Once it has ended there is no tree any more: the last look may have come too late.
    told = [seconds for seconds in seen if seconds] or seen
    assert [pair for pair in pairwise(told) if pair[1] < pair[0]] == []
    assert len(told) > 1
