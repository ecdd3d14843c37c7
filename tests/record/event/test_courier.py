"""The courier: order, holding back, back-off, giving up, replay; hours pass without waiting."""

import pytest

from customer_inventory.record.event import outbox, progress
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.progress import LONGEST_WAIT, Replaced, wait_after
from customer_inventory.record.event.sending import NotTaken
from tests.record.event.conftest import GIVE_UP, Stage, down


def refusing(*ids: str):
    def answering(notice: Notice) -> None:
        if notice.id in ids:
            raise NotTaken("answered 500", is_down=False)

    return answering


async def test_events_are_told_in_order_and_traced_before(stage: Stage) -> None:
    one, two = await stage.make(), await stage.make()
    for number in range(3):
        await stage.change(one, location=str(number))
    await stage.change(two, location="x")
    await stage.tell()
    assert [rev for id_, rev in stage.ear.heard if id_ == one] == [1, 2, 3, 4]
    assert [rev for id_, rev in stage.ear.heard if id_ == two] == [1, 2]
    assert sorted(set(stage.traced)) == sorted((one, two))
    await stage.tell()
    assert len(stage.ear.heard) == 6
    standing = await stage.standing()
    assert (standing["health"], standing["delivered"], standing["behind"]) == ("healthy", 6, 0)


async def test_what_is_refused_holds_back_its_record_alone(stage: Stage) -> None:
    bad, good = await stage.make(), await stage.make()
    stage.ear.answering = refusing(bad)
    await stage.change(bad, location="1")
    await stage.tell()
    await stage.change(bad, location="2")
    await stage.change(good, location="1")
    await stage.tell()
    assert stage.ear.heard == [(good, 1), (good, 2)]
    standing = await stage.standing()
    assert (standing["health"], standing["waiting"]) == ("failing", 3)
    stage.ear.answering = lambda notice: None
    await stage.tell()  # its turn has not come
    assert len(stage.ear.heard) == 2
    stage.clock.pass_by(hours=1)
    await stage.tell()
    assert [rev for id_, rev in stage.ear.heard if id_ == bad] == [1, 2, 3]
    assert (await stage.standing())["health"] == "healthy"


async def test_what_is_refused_for_long_is_given_up_and_can_be_replayed(stage: Stage) -> None:
    bad = await stage.make()
    stage.ear.answering = refusing(bad)
    await stage.change(bad, location="1")
    for _ in range(int(GIVE_UP / LONGEST_WAIT) + 20):
        await stage.tell()
        stage.clock.pass_by(hours=1)
        if (await stage.standing())["dead"]:
            break
    dead = await progress.dead_letters(stage.database, limit=10)
    assert [(row["record_id"], row["revision"], row["reason"]) for row in dead] == [
        (bad, 1, "answered 500")
    ]
    assert dead[0]["attempts"] > 24  # tried for longer than a day, at least every hour
    # The record goes on behind it.
    stage.ear.answering = lambda notice: None
    stage.clock.pass_by(hours=1)
    await stage.tell()
    assert stage.ear.heard == [(bad, 2)]
    assert await progress.revive(stage.database, stage.id) == 1
    await stage.tell()
    assert stage.ear.heard == [(bad, 2), (bad, 1)]
    assert len({notice.event_id for notice in stage.ear.tried}) == 2


async def test_a_listener_that_is_down_is_probed_and_nothing_is_held(stage: Stage) -> None:
    records = [await stage.make() for _ in range(20)]
    stage.ear.answering = down
    for _ in range(60):
        await stage.tell()
        stage.clock.pass_by(minutes=1)
    standing = await stage.standing()
    assert (standing["health"], standing["waiting"], standing["reason"]) == (
        "failing", 0, "not reached",
    )  # fmt: skip
    assert len(stage.ear.tried) < 40  # one event a probe, less and less often
    stage.ear.answering = lambda notice: None
    stage.clock.pass_by(hours=1)
    await stage.tell()
    assert sorted(stage.ear.heard) == sorted((record, 1) for record in records)


async def test_a_listener_that_stays_down_is_suspended_until_resumed(stage: Stage) -> None:
    record = await stage.make()
    stage.ear.answering = down
    for _ in range(int(GIVE_UP / LONGEST_WAIT) + 10):
        await stage.tell()
        stage.clock.pass_by(hours=1)
    standing = await stage.standing()
    assert standing["health"] == "suspended"
    assert "Not reached for 3 days" in standing["reason"]
    assert await subscriptions.active(stage.database) == []
    stage.ear.answering = lambda notice: None
    await subscriptions.resume(stage.database, stage.id)
    await stage.begin()
    await stage.tell()
    assert stage.ear.heard == [(record, 1)]


async def test_what_leaves_the_outbox_of_a_suspended_one_is_a_dead_letter(stage: Stage) -> None:
    record = await stage.make()
    stage.ear.answering = down
    for _ in range(90):
        await stage.tell()
        stage.clock.pass_by(hours=1)
    assert await outbox.prune(stage.database, before=stage.clock()) == 1
    assert await outbox.prune(stage.database, before=stage.clock()) == 0
    stage.ear.answering = lambda notice: None
    await subscriptions.resume(stage.database, stage.id)
    await progress.revive(stage.database, stage.id)
    await stage.begin()
    await stage.tell()
    assert stage.ear.heard == [(record, 1)]


async def test_the_outbox_keeps_what_an_active_one_has_not_been_told(stage: Stage) -> None:
    await stage.make()
    stage.clock.pass_by(days=30)
    assert await outbox.prune(stage.database, before=stage.clock()) == 0
    await stage.tell()
    assert await outbox.prune(stage.database, before=stage.clock()) == 1


async def test_replay_tells_everything_again_in_order(stage: Stage) -> None:
    record = await stage.make()
    await stage.change(record, location="1")
    await stage.tell()
    at = await outbox.seq_at(stage.database, stage.clock().replace(year=2000))
    await subscriptions.replay(stage.database, stage.id, after=at)
    await stage.change(record, location="2")
    with pytest.raises(Replaced):  # the courier of before may keep nothing any more
        await stage.tell()
    await stage.begin()
    stage.ear.taken.clear()
    await stage.tell()
    assert stage.ear.heard == [(record, 1), (record, 2), (record, 3)]


async def test_who_was_replaced_keeps_nothing(stage: Stage) -> None:
    record = await stage.make()
    old = stage.courier
    await stage.begin()
    assert old is not None
    await stage.horizon.look()
    with pytest.raises(Replaced):
        await old.round()
    await stage.tell()  # at least once: told again by the one who may keep it
    assert stage.ear.heard == [(record, 1), (record, 1)]


async def test_types_that_may_not_be_read_are_passed_over(stage: Stage) -> None:
    stage.readable = frozenset({"organization"})
    await stage.make()
    await stage.tell()
    assert stage.ear.tried == []
    stage.readable = frozenset()
    record = await stage.make()
    await stage.tell()
    assert (stage.ear.tried, (await stage.standing())["behind"]) == ([], 1)
    stage.readable = frozenset({"individual"})
    await stage.tell()
    assert stage.ear.heard == [(record, 1)]


async def test_an_erased_version_is_told_by_its_name_alone(stage: Stage) -> None:
    await stage.make()
    await stage.database.execute("DELETE FROM record.individual")
    await stage.tell()
    assert [b'"event":{"individual":{}}' in notice.body for notice in stage.ear.taken] == [True]


async def test_an_event_that_cannot_be_shown_stops_no_other(stage: Stage, caplog) -> None:
    record = await stage.make(familyName="Secretive")
    await stage.database.execute("UPDATE record.outbox SET event = 'unheard'")
    other = await stage.make()
    await stage.tell()
    assert stage.ear.heard == [(other, 1)]
    assert (await stage.standing())["waiting"] == 1
    assert "cannot be shown" in caplog.text
    assert record not in caplog.text
    assert "Secretive" not in caplog.text


def test_waits_grow_to_an_hour_and_differ() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 60)]
    assert waits[0].total_seconds() <= 2
    assert max(waits) <= LONGEST_WAIT
    assert min(waits[20:]) >= LONGEST_WAIT / 2
    assert len(set(waits[20:])) > 30
