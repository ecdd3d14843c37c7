"""What an inventory of any size takes: arithmetic from what was measured on one machine.

Nothing is measured here. `Measured` holds figures of docs/performance.md, each with its place
there; `Workload` what an operator assumes of its customers; `Node` a machine it would buy;
`planned` reckons with them. docs/scale.md is made of it (`bench.capacity_page`): a test holds it.

Units: bytes, seconds, records; `us` are microseconds of a processor.
"""

import math
from dataclasses import dataclass, field

GIB, TB = 2**30, 10**12
DAY, YEAR = 86_400, 365
BUCKETS = 1_024


@dataclass(frozen=True)
class Size:
    """An inventory that was measured: `./run bench scale`."""

    customers: int
    records: int
    gib: float


@dataclass(frozen=True)
class Measured:
    """Figures of docs/performance.md: two shared cores, PostgreSQL 18.6 embedded."""

    sizes: tuple[Size, ...] = (
        Size(10_000, 136_234, 0.5),
        Size(100_000, 1_378_095, 4.6),
        Size(1_000_000, 13_803_466, 45.8),
    )
    index_share: float = 0.27
    version_bytes: int = 1_680
    """A superseded version in the history, with its index."""
    event_bytes: int = 165
    """A row of the outbox."""
    entry_bytes: float = 5.94 * GIB / 10_000_000
    """An entry of the ledger that names one record, sealed."""
    entries_a_second: int = 59_700
    created_log_bytes: int = 5_300
    """Write-ahead log of a record that is loaded."""
    changed_log_bytes: int = 8_100
    """Write-ahead log of a change, page images included."""
    read_us: tuple[int, int] = (55, 31)
    """A GET by id, all duties on: service, database."""
    list_us: tuple[int, int] = (333, 236)
    """A list of 50."""
    change_us: tuple[int, int] = (392, 302)
    create_us: tuple[int, int] = (320, 163)
    around_ms: float = 3.08
    """The 360 at a million customers, p50: counted as processor time of the database, a bound."""
    search_ms: float = 14.7
    """A search for an exact name, likewise."""
    search_slope: float = 0.24
    """By which power of the size that grows."""
    loaded_a_second: float = 50_000 * 13.8 / 150
    """Records imported at 800,000 customers, beyond what the buffers held."""
    copied_a_second: float = 330e6 / 0.85
    """Bytes a base copy reads."""
    copy_share: float = 43 / 330
    """What a base copy is of what it copies, compressed."""
    restored_a_second: float = 330e6 / 2.4
    """Bytes that a restore puts back."""


@dataclass(frozen=True)
class Workload:
    """What is assumed of the customers of a large operator. Each is an option of the command."""

    customers: int = 100_000_000
    records_per_customer: float = 100.0
    years: float = 7.0
    """In which those records came to be."""
    reads_per_customer_day: float = 0.5
    """By care, self-care, billing and assurance together."""
    changes_per_customer_day: float = 0.05
    peak: float = 5.0
    """The busiest hour, in hours of the mean."""
    mix: tuple[float, float, float, float] = (0.70, 0.10, 0.10, 0.10)
    """Parts of reads: by id, list of 50, search, 360."""
    outbox_days: float = 7.0
    log_days: float = 35.0
    """How far back the inventory can be restored."""


@dataclass(frozen=True)
class Node:
    """A machine of the database, what is asked of it, and what it costs a month."""

    cores: int = 32
    memory_gib: int = 256
    utilisation: float = 0.5
    """What of its processors may be busy at the peak: one may fail, one is vacuumed."""
    restore_hours: float = 4.0
    """How long it may take to restore one: that bounds how much lies on it."""
    connections: int = 400
    connections_per_service: int = 20
    core_month: float = 25.0
    gib_month: float = 3.0
    disk_tb_month: float = 80.0
    object_tb_month: float = 20.0


@dataclass(frozen=True)
class Plan:
    """What it comes to; rates are those of the mean unless `peak` is in the name."""

    workload: Workload
    records: float
    record_bytes: float
    history_bytes: float
    outbox_bytes: float
    data_bytes: float
    """Records, history and outbox: what is spread over nodes."""
    ledger_bytes_day: float
    reads_second: float
    changes_second: float
    creates_second: float
    entries_peak_second: float
    node_bytes: float
    nodes_by_data: int
    nodes_by_processor: int
    nodes: int
    service_cores: float
    database_cores: float
    services: int
    coordinators: int
    index_memory: float
    """Part of a node's indexes that its memory could hold, 1 for all."""
    search_ms: float
    log_bytes_day: float
    copy_hours: float
    copy_bytes: float
    log_kept_bytes: float
    restore_hours: float
    load_days: float
    ledger_days: float
    """Days of ledger that fit on one node."""
    freeze_days: float
    """Days until a node must freeze its oldest rows, by default settings."""
    month_cost: float
    parts: dict[str, float] = field(default_factory=dict)
    """The month's cost by what it is for."""


def record_bytes(measured: Measured) -> float:
    """Return what one more record takes, between the two largest inventories that were measured."""
    below, above = measured.sizes[-2:]
    return (above.gib - below.gib) * GIB / (above.records - below.records)


def fitted_gib(measured: Measured, records: int) -> float:
    """Return what the straight line through the two largest says of a size, in GiB."""
    above = measured.sizes[-1]
    return above.gib - (above.records - records) * record_bytes(measured) / GIB


def planned(workload: Workload, node: Node = Node(), measured: Measured = Measured()) -> Plan:
    """Return what a workload takes on nodes of a kind."""
    each = record_bytes(measured)
    records = workload.customers * workload.records_per_customer
    reads = workload.customers * workload.reads_per_customer_day / DAY
    changes = workload.customers * workload.changes_per_customer_day / DAY
    creates = records / (workload.years * YEAR * DAY)
    versions = changes * DAY * YEAR * workload.years
    stored = records * each
    history = versions * measured.version_bytes
    outbox = (changes + creates) * DAY * workload.outbox_days * measured.event_bytes
    data = stored + history + outbox

    room = node.restore_hours * 3600 * measured.restored_a_second
    by_data = math.ceil(data / room)
    nodes, rates = by_data, (reads, changes, creates)
    while True:
        search = _search_ms(workload, measured, nodes)
        service, database = _cores(workload, measured, search * nodes, rates)
        by_processor = math.ceil(database / (node.cores * node.utilisation))
        if by_processor <= nodes or nodes >= BUCKETS:
            break
        nodes += 1
    services = max(math.ceil(service / node.utilisation), 2)
    coordinators = math.ceil(services * node.connections_per_service / node.connections)

    entries = reads + changes + creates
    ledger_day = entries * DAY * measured.entry_bytes
    per_node = data / nodes
    log_day = (creates * measured.created_log_bytes + changes * measured.changed_log_bytes) * DAY
    copy = data * measured.copy_share
    log_kept = (log_day + ledger_day) * workload.log_days
    writes_node = (changes + creates) / nodes + entries
    parts = {
        "database": nodes * (node.cores * node.core_month + node.memory_gib * node.gib_month),
        "disks": (data + ledger_day * 30) * 1.3 / TB * node.disk_tb_month,
        "services": services * (node.core_month + node.gib_month),
        "backups": (2 * copy + log_kept) / TB * node.object_tb_month,
    }
    return Plan(
        workload=workload,
        records=records,
        record_bytes=stored,
        history_bytes=history,
        outbox_bytes=outbox,
        data_bytes=data,
        ledger_bytes_day=ledger_day,
        reads_second=reads,
        changes_second=changes,
        creates_second=creates,
        entries_peak_second=entries * workload.peak,
        node_bytes=per_node,
        nodes_by_data=by_data,
        nodes_by_processor=by_processor,
        nodes=nodes,
        service_cores=service,
        database_cores=database,
        services=services,
        coordinators=coordinators,
        index_memory=min(1.0, node.memory_gib * GIB * 0.6 / (per_node * measured.index_share)),
        search_ms=search,
        log_bytes_day=log_day,
        copy_hours=per_node / measured.copied_a_second / 3600,
        copy_bytes=copy,
        log_kept_bytes=log_kept,
        restore_hours=per_node / measured.restored_a_second / 3600,
        load_days=records / nodes / measured.loaded_a_second / DAY,
        ledger_days=room / ledger_day,
        freeze_days=200_000_000 / (writes_node * DAY),
        month_cost=sum(parts.values()),
        parts=parts,
    )


def _search_ms(workload: Workload, measured: Measured, nodes: int) -> float:
    """Return what a search takes of one node, by the customers that lie there."""
    largest = measured.sizes[-1].customers
    return float(
        measured.search_ms * (workload.customers / nodes / largest) ** measured.search_slope
    )


def _cores(
    workload: Workload,
    measured: Measured,
    search_everywhere_ms: float,
    rates: tuple[float, float, float],
) -> tuple[float, float]:
    """Return processors of services and of the database that are busy at the peak.

    A search asks every node; services take for it and for the 360 what they take for a list.
    """
    reads, changes, creates = rates
    by_id, listed, searched, around = (part * reads for part in workload.mix)
    service = by_id * measured.read_us[0] + (listed + searched + around) * measured.list_us[0]
    database = by_id * measured.read_us[1] + listed * measured.list_us[1]
    database += 1000 * (searched * search_everywhere_ms + around * measured.around_ms)
    service += changes * measured.change_us[0] + creates * measured.create_us[0]
    database += changes * measured.change_us[1] + creates * measured.create_us[1]
    return service * workload.peak / 1e6, database * workload.peak / 1e6
