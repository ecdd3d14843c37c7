"""Requests of subjects: deadlines as the law counts them, steps in order, overdue ones found."""

from datetime import UTC, datetime, timedelta

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.finding import findings
from customer_inventory.record.subject.belonging import NoSuchSubject
from customer_inventory.record.subject.job import OVERDUE_REQUEST, look_for_overdue
from customer_inventory.record.subject.request import (
    NoSuchRequest,
    NotNow,
    months_after,
    one,
    open_request,
    requests,
    take,
)
from customer_inventory.store.database import Database


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last(received: str, months: int, due: str) -> None:
    instant = datetime.fromisoformat(received).replace(tzinfo=UTC)
    assert months_after(instant, months).date().isoformat() == due


async def test_a_request_goes_its_way(database: Database, subject: str, actor: Actor) -> None:
    case = await open_request(database, "erasure", subject, actor=actor)
    assert case.due_at == months_after(case.received_at, 1)
    with pytest.raises(NotNow):
        await take(database, case.id, "complete", reference="ERASED-1", actor=actor)
    await take(database, case.id, "verify", reference="ID-CHECK-7", actor=actor)
    longer = await take(database, case.id, "extend", reference="COMPLEX-1", actor=actor)
    assert longer.due_at == months_after(case.received_at, 3)
    with pytest.raises(NotNow):
        await take(database, case.id, "extend", reference="COMPLEX-2", actor=actor)
    done = await take(database, case.id, "complete", reference="ERASED-1", actor=actor)
    assert (done.state, done.is_open) == ("completed", False)
    assert [step["step"] for step in done.steps] == ["open", "verify", "extend", "complete"]
    assert all(step["process"] == actor.process for step in done.steps)
    with pytest.raises(NotNow):
        await take(database, case.id, "refuse", reference="LATE-1", actor=actor)
    assert await one(database, case.id) == done
    assert await requests(database, is_open=True) == []


async def test_wrong_ones_are_refused(database: Database, subject: str, actor: Actor) -> None:
    with pytest.raises(Invalid, match="kind"):
        await open_request(database, "curiosity", subject, actor=actor)
    for nobody in ("somebody", new_id()):
        with pytest.raises(NoSuchSubject):
            await open_request(database, "access", nobody, actor=actor)
    with pytest.raises(Invalid, match="future"):
        await open_request(
            database, "access", subject, received_at=now() + timedelta(days=1), actor=actor
        )
    with pytest.raises(NoSuchRequest):
        await one(database, new_id())


async def test_overdue_requests_are_findings_until_they_are_answered(
    database: Database, subject: str, actor: Actor
) -> None:
    long_ago = now() - timedelta(days=40)
    late = await open_request(database, "access", subject, received_at=long_ago, actor=actor)
    await open_request(database, "access", subject, actor=actor)
    look = look_for_overdue(database)
    await look({}, actor)
    found = await findings(database, kind=OVERDUE_REQUEST, state="open")
    assert [late.id in row["evidence"].decode() for row in found] == [True]
    await take(database, late.id, "refuse", reference="NOT-FOUNDED-1", actor=actor)
    await look({}, actor)
    assert await findings(database, kind=OVERDUE_REQUEST, state="open") == []
