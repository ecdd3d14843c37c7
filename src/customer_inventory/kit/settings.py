"""Settings, read once from the environment. `docs/reference/settings.md` documents each."""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from platformdirs import user_data_path

from customer_inventory.kit.errors import Invalid


@dataclass(frozen=True)
class Settings:
    """What can be set from outside; `metadata['env']` names the variable of each field.

    A number is within `metadata['least']` (else 0) and `metadata['most']` (else any). Whatever a
    variable says can be written in a file instead, whose name the variable with `_FILE` after its
    own name says: a secret is then in no environment.
    """

    home: Path = field(metadata={"env": "CINV_HOME"})
    """Folder of the embedded database and everything that belongs to it."""
    database_url: str | None = field(
        default=None, repr=False, metadata={"env": "CINV_DATABASE_URL"}
    )
    """Another PostgreSQL (16 or newer) to use instead of the embedded one."""
    replicas: str = field(default="", repr=False, metadata={"env": "CINV_REPLICAS"})
    """Standbys that may answer lists, searches, reports and downloads; addresses, by spaces."""
    replica_seconds: int = field(
        default=5, metadata={"env": "CINV_REPLICA_SECONDS", "least": 1, "most": 3600}
    )
    """How old what a standby answers may be at most, in seconds; else the primary answers."""
    host: str = field(default="127.0.0.1", metadata={"env": "CINV_HOST"})
    """Address the service listens on."""
    port: int = field(default=8080, metadata={"env": "CINV_PORT", "most": 65535})
    """Port the service listens on; 0 takes a free one."""
    public_url: str | None = field(default=None, metadata={"env": "CINV_PUBLIC_URL"})
    """How callers reach the service, for `href` and `Location`; default: host and port."""
    drain_seconds: int = field(default=0, metadata={"env": "CINV_DRAIN_SECONDS", "most": 600})
    """How long it serves on after a signal to stop, in seconds, while /health/ready says no."""
    grace_seconds: int = field(
        default=10, metadata={"env": "CINV_GRACE_SECONDS", "least": 1, "most": 3600}
    )
    """How long requests that are under way then may still take, in seconds."""
    workers: int = field(default=1, metadata={"env": "CINV_WORKERS", "least": 1, "most": 64})
    """How many processes serve side by side."""
    pool_size: int = field(default=12, metadata={"env": "CINV_POOL_SIZE", "least": 1})
    """Connections the service holds to the database."""
    statement_timeout_ms: int = field(default=5000, metadata={"env": "CINV_STATEMENT_TIMEOUT_MS"})
    """How long one statement of a caller may take before it is refused, in milliseconds."""
    most_under_way: int = field(default=256, metadata={"env": "CINV_MOST_UNDER_WAY", "least": 1})
    """How many requests a service has under way; one more is answered 503, with Retry-After."""
    max_body_bytes: int = field(default=1_048_576, metadata={"env": "CINV_MAX_BODY_BYTES"})
    """Largest request body served, in bytes."""
    max_attachment_bytes: int = field(
        default=20_971_520, metadata={"env": "CINV_MAX_ATTACHMENT_BYTES"}
    )
    """Largest attachment of a record, in bytes."""
    max_page: int = field(default=1000, metadata={"env": "CINV_MAX_PAGE"})
    """Most records one page of a list may hold."""
    download_approval_rows: int = field(
        default=10_000, metadata={"env": "CINV_DOWNLOAD_APPROVAL_ROWS"}
    )
    """Most records a download may take away without the approval of the data's owner."""
    downloads_per_process: int = field(
        default=2, metadata={"env": "CINV_DOWNLOADS_PER_PROCESS", "least": 1}
    )
    """Downloads a process may have under way at a time."""
    download_hours: int = field(
        default=24, metadata={"env": "CINV_DOWNLOAD_HOURS", "least": 1, "most": 720}
    )
    """How long the file of a download stays, in hours."""
    canary_domain: str = field(default="mail.example", metadata={"env": "CINV_CANARY_DOMAIN"})
    """Domain of the addresses of records planted in downloads: one whose post you get."""
    ledger_anchors: str = field(default="", metadata={"env": "CINV_LEDGER_ANCHORS"})
    """Where checkpoints of the ledger are taken besides CINV_HOME: files, syslog:, by commas."""
    access_dormant_days: int = field(
        default=60, metadata={"env": "CINV_ACCESS_DORMANT_DAYS", "least": 1}
    )
    """After how many days unused grants and clients are flagged as dormant."""
    access_grace_days: int = field(default=14, metadata={"env": "CINV_ACCESS_GRACE_DAYS"})
    """How many days after that they are suspended, if they still are."""
    audit: bool = field(default=False, metadata={"env": "CINV_AUDIT"})
    """Whether an audit looks every night at what changed, and every week at everything."""
    reports: str | None = field(default=None, metadata={"env": "CINV_REPORTS"})
    """Folder into which month reports are delivered; without it none are."""
    retention: str | None = field(default=None, metadata={"env": "CINV_RETENTION"})
    """Policy of retention in force: a file, or `example`; without it nothing is enforced."""
    backup: Path | None = field(default=None, metadata={"env": "CINV_BACKUP"})
    """Folder that the log is archived and backups are kept in; without it none are."""
    backup_days: int = field(default=35, metadata={"env": "CINV_BACKUP_DAYS", "least": 1})
    """How far back the inventory can be restored, in days: older backups expire."""
    capacity_days: int = field(default=90, metadata={"env": "CINV_CAPACITY_DAYS", "least": 7})
    """How far ahead room must last, in days: the horizon of forecasts."""
    search_objective_ms: int = field(
        default=500, metadata={"env": "CINV_SEARCH_OBJECTIVE_MS", "least": 1}
    )
    """Within how many milliseconds 95 of 100 searches are to be answered."""
    audit_window_hours: int = field(
        default=8, metadata={"env": "CINV_AUDIT_WINDOW_HOURS", "least": 1}
    )
    """Within how many hours an audit of everything is to end."""
    capture_unpacked_bytes: int = field(
        default=68_719_476_736, metadata={"env": "CINV_CAPTURE_UNPACKED_BYTES", "least": 1}
    )
    """Most bytes that a packed file of an import may become, or that are fetched for one."""
    capture_ratio: int = field(default=200, metadata={"env": "CINV_CAPTURE_RATIO", "least": 1})
    """How many times its packed size such a file may become, beyond its first 10 MB."""
    s3_endpoint: str | None = field(default=None, metadata={"env": "CINV_S3_ENDPOINT"})
    """Object storage that imports are fetched from; without it that of Amazon."""
    s3_region: str = field(default="us-east-1", metadata={"env": "CINV_S3_REGION"})
    """Region of the object storage."""
    capture_streams: str = field(default="", metadata={"env": "CINV_CAPTURE_STREAMS"})
    """Streams that the service runs: files, or folders of files *.stream.yaml, by commas."""
    match_queue_percent: int = field(
        default=50, metadata={"env": "CINV_MATCH_QUEUE_PERCENT", "least": 1, "most": 100}
    )
    """From which probability on two records are queued for a steward as likely duplicates."""
    match_warn_percent: int = field(
        default=90, metadata={"env": "CINV_MATCH_WARN_PERCENT", "least": 1, "most": 100}
    )
    """From which probability on a caller that makes or checks a record is warned of another."""
    match_merge_percent: int = field(
        default=0, metadata={"env": "CINV_MATCH_MERGE_PERCENT", "most": 100}
    )
    """From which probability on a batch merges records that do not contradict; 0: never."""
    unknown_ids_per_hour: int = field(
        default=1000, metadata={"env": "CINV_UNKNOWN_IDS_PER_HOUR", "least": 1}
    )
    """How many ids that are not there a process may ask for in an hour, unless its quota says."""
    suspend_guessing: bool = field(default=False, metadata={"env": "CINV_SUSPEND_GUESSING"})
    """Whether a process that asks for more of them is suspended, besides having to wait."""
    log: str = field(default="text", metadata={"env": "CINV_LOG"})
    """How the service writes its log: text for people, json for programs."""
    docs: bool = field(default=True, metadata={"env": "CINV_DOCS"})
    """Whether /openapi.json and the page to try it are served."""

    ticket_url: str | None = field(default=None, metadata={"env": "CINV_TICKET_URL"})
    """TMF621 v5 API that shortcomings are handed over to; without it they stay at our own desk."""
    ticket_token: Path | None = field(default=None, metadata={"env": "CINV_TICKET_TOKEN"})
    """File that holds the bearer token for CINV_TICKET_URL."""
    problem_url: str | None = field(default=None, metadata={"env": "CINV_PROBLEM_URL"})
    """TMF656 v5 API that is told of critical symptoms that a service suffers from."""
    problem_token: Path | None = field(default=None, metadata={"env": "CINV_PROBLEM_TOKEN"})
    """File that holds the bearer token for CINV_PROBLEM_URL."""
    alertmanager_url: str | None = field(default=None, metadata={"env": "CINV_ALERTMANAGER_URL"})
    """Alertmanager that is alerted to symptoms that hurt now."""
    alertmanager_token: Path | None = field(
        default=None, metadata={"env": "CINV_ALERTMANAGER_TOKEN"}
    )
    """File that holds the bearer token for CINV_ALERTMANAGER_URL."""

    events: bool = field(default=True, metadata={"env": "CINV_EVENTS"})
    """Whether this service tells listeners and the broker of events."""
    callback_allow: str | None = field(default=None, metadata={"env": "CINV_CALLBACK_ALLOW"})
    """Networks and host names that callbacks and keys may lead to besides public addresses."""
    event_give_up_hours: int = field(
        default=72, metadata={"env": "CINV_EVENT_GIVE_UP_HOURS", "least": 24}
    )
    """How long an event that is not taken is tried again, in hours."""
    event_retention_days: int = field(
        default=7, metadata={"env": "CINV_EVENT_RETENTION_DAYS", "least": 1}
    )
    """How long events that every listener has can be replayed, in days."""
    broker_url: str | None = field(default=None, repr=False, metadata={"env": "CINV_BROKER_URL"})
    """Broker that is told of every event: nats://… or kafka://…"""
    broker_topic: str = field(default="customer-inventory", metadata={"env": "CINV_BROKER_TOPIC"})
    """Topic of the broker: over NATS the stream and the head of each subject."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from `environment`; raise Invalid naming the variable at fault."""
        values: dict[str, object] = {"home": default_home()}
        for name, spec in cls.__dataclass_fields__.items():
            variable = spec.metadata["env"]
            text = said(variable, environment)
            if text:
                values[name] = _parse(variable, text, spec)
        return cls(**values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Told:
    """A setting as it is told: its variable, its value without secrets, whether it was set."""

    variable: str
    value: str
    is_set: bool


def told(settings: Settings) -> list[Told]:
    """Return the settings in force, in their order; of addresses neither users nor passwords."""
    rows = []
    for name, spec in settings.__dataclass_fields__.items():
        value = getattr(settings, name)
        is_set = value != spec.default
        rows.append(Told(spec.metadata["env"], _without_secrets(value), is_set))
    return rows


def _without_secrets(value: object) -> str:
    """Return a value as text: of an address its scheme, host, port and path alone."""
    text = "" if value is None else str(value)
    if "://" not in text:
        return text
    parts = urlsplit(text)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def default_home() -> Path:
    """Return the user's data folder for this product."""
    return user_data_path("customer-inventory", appauthor=False)


def said(variable: str, environment: Mapping[str, str]) -> str:
    """Return what a variable says, itself or in a file."""
    text = environment.get(variable, "").strip()
    file = environment.get(f"{variable}_FILE", "").strip()
    if not file:
        return text
    if text:
        raise Invalid(f"{variable} and {variable}_FILE are both set.", hint="Give one of them.")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Invalid(
            f"{variable}_FILE is {file!r}: {why}.", hint="Name a file that holds the value."
        ) from None


def _parse(variable: str, text: str, spec: Field[Any]) -> object:
    if spec.type in (Path, Path | None):
        return _parse_folder(variable, text)
    if spec.type is bool:
        return _parse_switch(variable, text)
    if spec.type is int:
        return _parse_number(variable, text, spec.metadata)
    return text


def _parse_folder(variable: str, text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise Invalid(f"{variable} is {text!r}.", hint="There is no such user's home.") from None


def _parse_number(variable: str, text: str, bounds: Mapping[str, Any]) -> int:
    least, most = bounds.get("least", 0), bounds.get("most")
    is_number = text.isascii() and text.isdigit()
    if not is_number or int(text) < least or (most is not None and int(text) > most):
        upwards = "or more" if most is None else f"to {most}"
        raise Invalid(f"{variable} is {text!r}.", hint=f"Give a whole number, {least} {upwards}.")
    return int(text)


def _parse_switch(variable: str, text: str) -> bool:
    switches = {"on": True, "1": True, "true": True, "off": False, "0": False, "false": False}
    if text.lower() not in switches:
        raise Invalid(f"{variable} is {text!r}.", hint="Give on or off.")
    return switches[text.lower()]
