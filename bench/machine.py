"""What a figure was measured on, and whether there is room to measure."""

import os
import platform
import shutil
import sys
from pathlib import Path

from customer_inventory.kit.errors import Unavailable

Facts = dict[str, str]
_GB = 2**30


def facts() -> Facts:
    """Return what is known of this machine before anything is started, by name."""
    return {
        "processor": _processor(),
        "cores": str(_cores()),
        "memory": f"{_memory() / _GB:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def require_disk(folder: Path, gigabytes: float) -> None:
    """Raise Unavailable if less than `gigabytes` (GiB) are free where `folder` lies."""
    free = shutil.disk_usage(folder).free / _GB
    if free < gigabytes:
        raise Unavailable(
            f"{folder} has {free:.1f} GiB free; this run may need {gigabytes:.1f}.",
            hint="Set TMPDIR to a larger disk, or make the run smaller with --quick.",
        )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
