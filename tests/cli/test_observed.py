"""`cinv serve` as it is watched: traces and metrics at a collector, logs as JSON, health."""

import json
import signal
import socket
import subprocess
import time

import httpx
import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.web import tracing
from tests import distributed
from tests.cli.conftest import Cinv, asked
from tests.cli.test_serve import serving
from tests.collector import attributes, collecting
from tests.tmf.bodies import BODIES

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
DONE = "SELECT count(*) FROM job.pgqueuer_log WHERE status = 'successful'"
INDIVIDUALS = "/tmf-api/party/v5/individual"


@pytest.fixture
def token(here: Cinv) -> str:
    registration = "--name B --owner F --purpose care --allow individual:read,create"
    here("access", "register", "care", *registration.split())
    return here("access", "token", "care", "--purpose", "care").out.strip()


def left(process: subprocess.Popen[str]) -> str:
    """Ask the service to leave; return its log."""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return err


def test_requests_are_traced_to_their_statements_and_tell_of_nobody(
    here: Cinv, dsn: str, token: str
) -> None:
    with collecting() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "CINV_LOG": "json"}
        with serving(CINV_DATABASE_URL=dsn, **settings) as (process, base):
            headers = {"Authorization": f"Bearer {token}", "traceparent": PARENT}
            body = {**BODIES["individual"], "familyName": "Unmistakable"}
            made = httpx.post(f"{base}{INDIVIDUALS}", headers=headers, json=body)
            assert made.status_code == 201
            identifier = made.json()["id"]
            read = httpx.get(f"{base}{INDIVIDUALS}/{identifier}", headers=headers)
            assert read.status_code == 200
            refused = httpx.get(f"{base}/inventory/v1/metrics", headers=headers)
            assert refused.status_code == 403
            stranger = {"Authorization": "Bearer nobody", "traceparent": PARENT}
            assert httpx.get(f"{base}{INDIVIDUALS}", headers=stranger).status_code == 401
            left(process)
    (reading,) = collector.named("read individual")
    assert reading.trace_id.hex() == TRACE
    told = attributes(reading)
    assert told["cinv.process"] == "care"
    assert (told["cinv.decision"], told["http.response.status_code"]) == ("permit", 200)
    below = {span.name for span in collector.spans if span.parent_span_id == reading.span_id}
    assert {"decide", "records_by_id", "append_segment"} <= below
    (denied,) = collector.named("read metrics")
    assert attributes(denied)["cinv.decision"] == "deny"
    failed = [attributes(span).get("error.type") for span in collector.named("decide")]
    assert "unauthenticated" in failed
    assert collector.services == {"customer-inventory"}
    assert {"http.server.request.duration", "db.client.operation.duration"} <= set(
        collector.metrics
    )
    for secret in (token, identifier, "Unmistakable", "SELECT", "127.0.0.1"):
        assert secret.encode() not in collector.raw, secret


def test_jobs_are_traced(here: Cinv, dsn: str) -> None:
    with collecting() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
        with serving(CINV_DATABASE_URL=dsn, **settings) as (process, _):
            # Some are due every minute.
            for _ in range(180):
                if asked(dsn, DONE)[0][0]:
                    break
                time.sleep(0.5)
            left(process)
    jobs = [span for span in collector.spans if span.name.startswith("job ")]
    assert jobs
    assert attributes(jobs[0])["cinv.process"]
    assert "cinv.job.duration" in collector.metrics


def test_a_collector_that_is_not_there_stops_nobody(here: Cinv, dsn: str, token: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with serving(CINV_DATABASE_URL=dsn, **settings) as (process, base):
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{base}{INDIVIDUALS}", headers=headers).status_code == 200
        left(process)


def test_it_is_off_unless_the_standard_variables_ask_for_it() -> None:
    assert not tracing.is_wanted({})
    assert not tracing.is_wanted({"OTEL_SERVICE_NAME": "x"})
    wanted = {"OTEL_TRACES_EXPORTER": "console"}
    assert tracing.is_wanted(wanted)
    assert not tracing.is_wanted({**wanted, "OTEL_SDK_DISABLED": "true"})
    assert tracing.tracing_of({}) is None
    with pytest.raises(Invalid, match="OTEL_TRACES_EXPORTER"):
        tracing.tracing_of({"OTEL_TRACES_EXPORTER": "zipkin"})


def test_health_tells_when_the_database_is_gone(here: Cinv, dsn: str) -> None:
    name = dsn.partition("?")[0].rpartition("/")[2]
    beside = dsn.replace(f"/{name}", "/postgres", 1)
    with serving(CINV_DATABASE_URL=dsn, CINV_LOG="json") as (process, base):
        assert httpx.get(f"{base}/health/ready").json()["status"] == "pass"
        asked(beside, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        ours = f"datname = $1 AND usename = current_user{distributed.OURS}"
        asked(beside, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}", name)
        try:
            answer = httpx.get(f"{base}/health/ready", timeout=60)
            assert (answer.status_code, answer.json()["status"]) == (503, "fail")
            live = httpx.get(f"{base}/health/live")
            assert (live.status_code, live.json()["status"]) == (200, "pass")
        finally:
            asked(beside, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert httpx.get(f"{base}/health/ready", timeout=60).json()["status"] == "pass"
        said = left(process)
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)


def test_an_unknown_form_of_the_log_is_refused(here: Cinv) -> None:
    done = here("serve", "--port", "0", CINV_LOG="xml")
    assert (done.code, "text or json" in done.err) == (2, True)
