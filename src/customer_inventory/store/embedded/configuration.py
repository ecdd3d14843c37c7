"""The server's settings, sized to the machine, each with its reason."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from customer_inventory.kit.errors import Invalid
from customer_inventory.store.embedded import probe
from customer_inventory.store.embedded.machine import Machine

FILE = "cinv.conf"
"""Name of the generated file; `postgresql.conf` includes it, so lines after that win."""
_MB = 2**20
_GB = 2**30
_HEADER = "# Written at each start of the server: change postgresql.conf, or ALTER SYSTEM.\n"


class Setting(NamedTuple):
    """A setting, its value, why it has it, and the major version that brought it."""

    name: str
    value: str
    why: str
    since: int = 0


DURABLE = (
    Setting("fsync", "on", "what was acknowledged survives a loss of power"),
    Setting("synchronous_commit", "on", "no commit is acknowledged before it is on disk"),
    Setting("full_page_writes", "on", "a page torn by a crash is put together again"),
)
_PRIVATE = (
    Setting("listen_addresses", "", "no network: the socket in a closed folder is the only door"),
    Setting("port", str(probe.PORT), "names the socket only"),
    Setting("unix_socket_permissions", "0700", "nobody but the server's account and root"),
    Setting("log_error_verbosity", "terse", "details and context repeat customers' data"),
    Setting("log_parameter_max_length", "0", "values of statements are customers' data"),
)
_FIXED = (
    Setting("max_connections", "100", "pools of a few services, and room for tools"),
    Setting("random_page_cost", "1.1", "solid state: a random read costs hardly more"),
    Setting("jit", "off", "compiling costs our short statements more than it saves"),
    Setting("io_method", "worker", "reads ahead in processes of its own, on every kernel", 18),
    Setting("checkpoint_timeout", "15min", "fewer page images; max_wal_size bounds recovery"),
    Setting("wal_level", "replica", "base backups and recovery to a point in time"),
    Setting("summarize_wal", "on", "an incremental backup needs summaries since the last one", 17),
    Setting("shared_preload_libraries", "pg_stat_statements", "cost of every statement"),
    Setting("timezone", "UTC", "times are stored and told in one zone"),
    Setting("autovacuum_vacuum_scale_factor", "0.05", "a fifth of millions of rows is too late"),
    Setting("autovacuum_vacuum_insert_scale_factor", "0.05", "keeps index-only scans possible"),
    Setting("autovacuum_analyze_scale_factor", "0.02", "plans follow a growing table"),
    Setting("autovacuum_vacuum_cost_limit", "1000", "the default was set for spinning disks"),
    Setting("log_timezone", "UTC", "as the rest"),
    Setting("logging_collector", "on", "the server turns its logs over itself"),
    Setting("log_filename", "postgresql-%a.log", "one file per weekday: a week is kept"),
    Setting("log_rotation_age", "1d", "a new file each day"),
    Setting("log_rotation_size", "0", "by size would only append to the same file"),
    Setting("log_truncate_on_rotation", "on", "last week's file is overwritten: bounded"),
    Setting("log_line_prefix", "%m [%p] %u@%d %a ", "when, which process, who"),
    Setting("log_checkpoints", "off", "the log is for what went wrong"),
)
_FLUSH_ON_MACOS = Setting(
    "wal_sync_method", "fsync_writethrough", "fsync there stops at the drive's own cache"
)


def sized(machine: Machine) -> Iterator[Setting]:
    """Yield the settings that depend on the machine, which the service shares."""
    cores = machine.cores
    yield Setting(
        "shared_buffers",
        _megabytes(machine.memory // 4, least=128 * _MB, most=2 * _GB),
        "a quarter; more is left to the system's cache and the service",
    )
    yield Setting(
        "effective_cache_size",
        _megabytes(machine.memory // 2, least=256 * _MB),
        "what the system's cache holds besides",
    )
    yield Setting(
        "work_mem",
        _megabytes(machine.memory // 512, least=4 * _MB, most=32 * _MB),
        "per sort and session: all sessions at once stay within memory",
    )
    yield Setting(
        "maintenance_work_mem",
        _megabytes(machine.memory // 16, least=64 * _MB, most=_GB),
        "indexes are built after a load, a few at a time",
    )
    yield Setting(
        "max_wal_size",
        _megabytes(machine.disk // 20, least=256 * _MB, most=8 * _GB),
        "after a checkpoint a load writes whole pages again; bounded by the disk",
    )
    yield Setting(
        "min_wal_size",
        _megabytes(machine.disk // 80, least=80 * _MB, most=2 * _GB),
        "files of the log are used again; a new one is filled with zeros first",
    )
    yield Setting(
        "max_slot_wal_keep_size",
        _megabytes(machine.disk // 10, least=_GB),
        "an archive that is not kept must not fill the disk: then a full backup begins anew",
    )
    yield Setting("max_worker_processes", str(cores + 8), "parallel queries and background jobs")
    yield Setting("max_parallel_workers", str(cores), "no more than can run")
    yield Setting("io_workers", str(min(max(cores, 3), 16)), "reads in flight at once", 18)
    yield Setting(
        "min_dynamic_shared_memory",
        _megabytes(machine.memory // 64, least=16 * _MB, most=256 * _MB),
        "parallel queries do not depend on /dev/shm, which is 64 MB in many containers",
    )


def text(
    machine: Machine, version: int, sockets: Path, logs: Path, overrides: Mapping[str, str]
) -> str:
    """Return the generated configuration file for a server of major `version`.

    `overrides` win over our values; raises Invalid for a name or value that no file can hold.
    """
    settings = [*DURABLE, *_PRIVATE, *_FIXED, *sized(machine), *_placed(sockets, logs)]
    if sys.platform == "darwin":
        settings.append(_FLUSH_ON_MACOS)
    chosen = {setting.name: setting for setting in settings if setting.since <= version}
    chosen |= {name: Setting(name, value, "set by the caller") for name, value in overrides.items()}
    return _HEADER + "".join(map(_line, chosen.values()))


def _placed(sockets: Path, logs: Path) -> tuple[Setting, ...]:
    return (
        Setting("unix_socket_directories", f'"{sockets}"', "rewritten when the home has moved"),
        Setting("log_directory", str(logs), "outside the data directory: no part of a backup"),
    )


def _line(setting: Setting) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_.]*", setting.name, re.IGNORECASE):
        raise Invalid(f"{setting.name!r} is no name of a PostgreSQL setting.")
    if any(mark in setting.value for mark in "\n\r\0"):
        raise Invalid(f"The value of {setting.name} must be one line.", path=setting.name)
    value = setting.value.replace("\\", "\\\\").replace("'", "''")
    return f"{setting.name} = '{value}'  # {setting.why}\n"


def _megabytes(size: int, *, least: int, most: int | None = None) -> str:
    bounded = max(size, least) if most is None else min(max(size, least), most)
    return f"{bounded // _MB}MB"
