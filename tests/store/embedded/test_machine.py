"""Settings follow the machine and the limits of its control groups."""

from pathlib import Path

import pytest

from customer_inventory.store.embedded import configuration
from customer_inventory.store.embedded.machine import Machine, measure, memory_limits

MB = 2**20
GB = 2**30


def groups(root: Path, membership: str, limits: dict[str, str]) -> list[int]:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(membership)
    for file, limit in limits.items():
        path = root / "sys/fs/cgroup" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{limit}\n")
    return memory_limits(root)


@pytest.mark.parametrize(
    ("membership", "limits", "found"),
    [
        ("0::/\n", {"memory.max": "1000"}, [1000]),
        ("0::/\n", {"memory.max": "max"}, []),
        ("0::/a/b\n", {"a/b/memory.max": "max", "a/memory.max": "2000"}, [2000]),
        ("0::/not/mounted\n", {"memory.max": "3000"}, [3000]),
        ("4:memory:/c\n1:cpu:/c\n", {"memory/c/memory.limit_in_bytes": "4000"}, [4000]),
        ("3:cpu,memory:/\n", {"memory/memory.limit_in_bytes": "5000"}, [5000]),
        ("", {}, []),
    ],
)
def test_memory_limits_of_control_groups(tmp_path, membership, limits, found):
    assert groups(tmp_path, membership, limits) == found


def test_without_control_groups_there_are_no_limits(tmp_path):
    assert memory_limits(tmp_path) == []


def test_the_machine_is_measured(tmp_path):
    machine = measure(tmp_path)
    assert machine.memory > 0
    assert machine.cores > 0
    assert machine.disk > 0


@pytest.mark.parametrize(
    ("memory", "buffers", "work", "maintenance"),
    [
        (256 * MB, "128MB", "4MB", "64MB"),
        (4 * GB, "1024MB", "8MB", "256MB"),
        (24 * GB, "2048MB", "32MB", "1024MB"),
        (512 * GB, "2048MB", "32MB", "1024MB"),
    ],
)
def test_memory_settings_follow_the_memory(memory, buffers, work, maintenance):
    chosen = {s.name: s.value for s in configuration.sized(Machine(memory, 2, 100 * GB))}
    assert chosen["shared_buffers"] == buffers
    assert chosen["work_mem"] == work
    assert chosen["maintenance_work_mem"] == maintenance


@pytest.mark.parametrize(
    ("disk", "wal"), [(GB, "256MB"), (20 * GB, "1024MB"), (1000 * GB, "8192MB")]
)
def test_the_log_ahead_follows_the_disk(disk, wal):
    chosen = {s.name: s.value for s in configuration.sized(Machine(4 * GB, 2, disk))}
    assert chosen["max_wal_size"] == wal


def test_an_older_server_gets_only_settings_it_knows():
    def text(version: int) -> str:
        return configuration.text(Machine(GB, 2, GB), version, Path("/s"), Path("/l"), {})

    assert "io_method" in text(18)
    assert "io_method" not in text(17)
    assert "summarize_wal" in text(17)


def test_every_setting_has_its_reason():
    lines = configuration.text(Machine(GB, 2, GB), 18, Path("/s"), Path("/l"), {}).splitlines()
    assert all("  # " in line for line in lines[1:])
