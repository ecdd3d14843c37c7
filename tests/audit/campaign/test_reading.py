"""What happens to a campaign while it is read: each thing that may go wrong has one outcome."""

import asyncio
from dataclasses import replace
from fractions import Fraction

import pytest

from customer_inventory.access.house import operator
from customer_inventory.audit.campaign.campaigns import Evidence
from customer_inventory.kit.errors import Conflict, Gone, Invalid, NotFound, Refused
from customer_inventory.record.mask.plan import NotGranted
from customer_inventory.record.subject.restriction import restrict
from tests.audit.campaign.conftest import (
    ACTOR,
    AGREES,
    INDIVIDUAL,
    SEEN,
    World,
    differs,
)


def renamed(name: str):
    return lambda old: {**old, "familyName": name}


async def test_the_same_seed_draws_the_same_and_another_does_not(world: World) -> None:
    await world.people(60)
    drawn = []
    for seed in ("one", "one", "two"):
        campaign = await world.begun(seed=seed)
        items = await world.campaigns.items(campaign)
        drawn.append([(each.record_id, each.revision) for each in items])
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) < 60


async def test_a_record_is_compared_as_it_was_drawn(world: World) -> None:
    await world.people(20)
    campaign = await world.begun()
    before = await world.next(campaign, "ada")
    assert before is not None
    assert not before.is_changed
    identifier = str(before.item.record_id)
    await world.inventory.change(INDIVIDUAL, identifier, renamed("Byron"), actor=ACTOR)
    after = await world.next(campaign, "ada")
    assert after is not None
    assert after.is_changed
    assert after.elements == before.elements != {"familyName": "Byron"}


async def test_what_comes_or_goes_afterwards_is_no_part_of_the_population(world: World) -> None:
    ids = await world.people(30)
    campaign = await world.begun()
    await world.people(30)
    drawn = {each.record_id for each in await world.campaigns.items(campaign)}
    assert drawn <= set(ids)
    found = await world.campaigns.get(campaign)
    assert found.population == 30


async def test_a_record_removed_in_the_middle_is_void_and_replaced(world: World) -> None:
    await world.people(40)
    campaign = await world.begun(second_share=Fraction(1))
    size = len(await world.campaigns.items(campaign))
    first = await world.next(campaign, "ada")
    assert first is not None
    await world.inventory.remove(INDIVIDUAL, str(first.item.record_id), actor=ACTOR)
    with pytest.raises(Gone):
        await world.record(campaign, first.item.number, "ada")
    items = await world.campaigns.items(campaign)
    (gone,) = [each for each in items if each.state == "void"]
    (instead,) = [each for each in items if each.replaces is not None]
    assert (gone.number, instead.replaces) == (first.item.number, first.item.number)
    assert instead.is_read_twice
    assert await world.read_all(campaign, "ada", "grace") == 2 * size
    done = await world.close(campaign)
    assert done.statement["result"]["examined"] == size
    assert done.statement["result"]["void"] == 1
    steps = [(row["step"], row["item"]) for row in await world.campaigns.history(campaign)]
    assert ("void", gone.number) in steps
    assert ("replace", instead.number) in steps


async def test_an_erased_record_is_void_or_counted_and_leaves_nothing(world: World) -> None:
    await world.people(40)
    campaign = await world.begun()
    size = len(await world.campaigns.items(campaign))
    decided = await world.next(campaign, "ada")
    assert decided is not None
    said = Evidence("customerCall", "told by the neighbour")
    await world.campaigns.record(
        campaign, decided.item.number, differs("Secretname"), said, session=world.session,
        by=world.by("ada"),
    )  # fmt: skip
    waiting = await world.next(campaign, "ada")
    assert waiting is not None
    for task in (decided, waiting):
        await world.eraser.erase(str(task.item.record_id), reason="DSR-2026-1", actor=ACTOR)
    await world.read_all(campaign, "ada", "grace")
    done = await world.close(campaign)
    result = done.statement["result"]
    assert (result["examined"], result["nonconforming"], result["void"]) == (size, 1, 1)
    rows = await world.database.fetch(
        "SELECT i::text AS told FROM audit.campaign_item AS i"
        " UNION ALL SELECT g::text FROM audit.campaign_reading AS g"
    )
    everything = " ".join(row["told"] for row in rows)
    for trace in (decided.item.record_id, waiting.item.record_id, "Secretname", "neighbour"):
        assert str(trace) not in everything
    with pytest.raises(Gone):
        await world.campaigns.correct(
            campaign, decided.item.number, None, session=world.session, by=world.by("edith")
        )


async def test_when_the_reserve_is_used_up_the_sample_is_smaller(world: World) -> None:
    ids = await world.people(6)
    campaign = await world.begun()
    size = len(await world.campaigns.items(campaign))
    for identifier in ids[1:]:
        await world.inventory.remove(INDIVIDUAL, identifier, actor=ACTOR)
    await world.read_all(campaign, "ada", "grace")
    done = await world.close(campaign)
    assert done.statement["plan"]["size"] == size
    assert done.statement["result"]["examined"] <= 1
    assert done.statement["result"]["miss"] > done.statement["plan"]["miss"]


async def test_two_verdicts_at_once_are_one(world: World) -> None:
    await world.people(20)
    campaign = await world.begun()
    task = await world.next(campaign, "ada")
    assert task is not None
    number = task.item.number
    came = await asyncio.gather(
        *(world.record(campaign, number, "ada", differs(str(n))) for n in range(4)),
        return_exceptions=True,
    )
    given = [each for each in came if not isinstance(each, Exception)]
    refused = [each for each in came if isinstance(each, Exception)]
    assert len(given) == 1
    assert all(isinstance(each, Conflict) for each in refused)
    found = await world.campaigns.look(campaign, number, session=world.session)
    assert len(found.readings) == 1


async def test_both_readers_at_once_decide_or_dispute(world: World) -> None:
    await world.people(20)
    campaign = await world.begun(second_share=Fraction(1))
    items = await world.campaigns.items(campaign)
    for number, verdicts in ((1, AGREES), (2, differs())):
        await asyncio.gather(
            world.record(campaign, number, "ada"), world.record(campaign, number, "grace", verdicts)
        )
    states = {each.number: each.state for each in await world.campaigns.items(campaign)}
    assert (states[1], states[2], states[3]) == ("decided", "disputed", "open")
    assert len(items) > 3


async def test_reading_is_blind_and_done_by_two(world: World) -> None:
    await world.people(20)
    campaign = await world.begun(second_share=Fraction(1))
    await world.record(campaign, 1, "ada", differs("Byron"))
    with pytest.raises(Refused, match="when both have read it"):
        await world.campaigns.look(campaign, 1, session=world.session)
    task = await world.next(campaign, "grace")
    assert task is not None
    assert task.item.number == 1
    assert task.readings == ()
    # The same word with another right value is another verdict.
    assert (await world.record(campaign, 1, "grace", differs("Bron"))).state == "disputed"
    for reader in ("ada", "grace"):
        with pytest.raises(Refused):
            await adjudicated(world, campaign, 1, reader)
    assert (await adjudicated(world, campaign, 1, "edith")).outcome == "nonconforming"
    with pytest.raises(Conflict):
        await adjudicated(world, campaign, 1, "frances")


async def adjudicated(world: World, campaign: str, number: int, person: str):
    return await world.campaigns.adjudicate(
        campaign, number, differs("Byron"), SEEN, session=world.session, by=world.by(person)
    )


async def test_an_auditor_who_leaves_hands_over_what_is_not_read(world: World) -> None:
    await world.people(30)
    campaign = await world.begun()
    task = await world.next(campaign, "ada")
    assert task is not None
    await world.record(campaign, task.item.number, "ada")
    await world.campaigns.hand_over(campaign, "ada", "edith", by=world.by("runner", "left"))
    assert await world.next(campaign, "ada") is None
    assert (await world.campaigns.get(campaign)).declared.auditors == ("grace", "edith")
    assert await world.read_all(campaign, "grace", "edith") > 0
    assert (await world.close(campaign)).state == "closed"
    readers = await world.database.fetch(
        "SELECT auditor, count(*) AS n FROM audit.campaign_reading GROUP BY auditor"
    )
    assert {row["auditor"]: row["n"] for row in readers}["ada"] == 1


async def test_who_read_first_is_handed_no_second_reading(world: World) -> None:
    await world.people(20)
    campaign = await world.begun(second_share=Fraction(1), auditors=("ada", "grace", "edith"))
    await world.read_all(campaign, "ada")
    # Of what Ada read first she cannot be second; that goes to Edith.
    await world.campaigns.hand_over(campaign, "grace", "ada", by=world.by("runner", "left"))
    rows = await world.database.fetch(
        "SELECT item FROM audit.campaign_reading GROUP BY item HAVING count(DISTINCT auditor) < 2"
    )
    assert rows == []
    with pytest.raises(Invalid, match="One auditor is not enough"):
        await world.campaigns.hand_over(campaign, "edith", "ada", by=world.by("runner", "left"))
    assert "edith" in (await world.campaigns.get(campaign)).declared.auditors


async def test_nobody_reads_while_it_is_paused(world: World) -> None:
    await world.people(20)
    campaign = await world.begun()
    await world.campaigns.pause(campaign, by=world.by("runner", "scans are moved"))
    for attempt in (
        world.next(campaign, "ada"), world.record(campaign, 1, "ada"), world.close(campaign),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="paused"):
            await attempt
    await world.campaigns.resume(campaign, by=world.by("runner"))
    assert await world.next(campaign, "ada") is not None


async def test_nothing_is_closed_that_is_not_decided(world: World) -> None:
    await world.people(20)
    campaign = await world.begun()
    with pytest.raises(Conflict, match="still to be read"):
        await world.close(campaign)
    with pytest.raises(Conflict):
        await world.campaigns.certificate(campaign)
    await world.read_all(campaign, "ada", "grace")
    await world.close(campaign)
    for attempt in (
        world.close(campaign), world.next(campaign, "ada"), world.record(campaign, 1, "ada"),
        world.campaigns.abandon(campaign, by=world.by("runner")),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="closed"):
            await attempt


async def test_what_an_auditor_is_not_shown_stays_for_others(world: World) -> None:
    ids = await world.people(12)
    campaign = await world.begun()
    await restrict(
        world.database, ids[0], reason="DSR-2026-9", purposes=("inventoryManagement",),
        request=None, actor=operator(),
    )  # fmt: skip
    outsider = await world.session_of("outside")
    read = 0
    while task := await world.next(campaign, "ada", outsider):
        assert task.item.record_id != ids[0]
        await world.record(campaign, task.item.number, "ada")
        read += 1
    drawn = [each for each in await world.campaigns.items(campaign) if each.record_id == ids[0]]
    assert read > 0
    for each in drawn:
        assert each.state == "open"


async def test_who_is_not_shown_an_element_does_not_audit_it(world: World) -> None:
    await world.people(12)
    campaign = await world.begun()
    masked = await world.session_of("masked", terms={"groups": []})
    with pytest.raises(NotGranted):
        await world.next(campaign, "ada", masked)
    with pytest.raises(NotGranted):
        await world.campaigns.record(campaign, 1, AGREES, SEEN, session=masked, by=world.by("ada"))


async def test_strata_give_in_proportion(world: World) -> None:
    await world.people(45, gender="female")
    await world.people(15, gender="male")
    campaign = await world.begun(stratum="gender")
    items = await world.campaigns.items(campaign)
    women = sum(each.stratum == "female" for each in items)
    assert abs(women / len(items) - 0.75) <= 1 / len(items)
    found = await world.campaigns.get(campaign)
    assert found.strata == {"female": 45, "male": 15}


async def test_a_correction_is_a_change_by_somebody_else(world: World) -> None:
    await world.people(12)
    campaign = await world.begun()
    await world.record(campaign, 1, "ada", differs("Byron"))
    with pytest.raises(Refused, match="Nobody corrects what they audited"):
        await corrected(world, campaign, "ada")
    done, version = await corrected(world, campaign, "frances")
    assert b'"familyName":"Byron"' in version.body
    assert (done.corrected_by, done.corrected_revision) == ("frances", version.revision)
    again, same = await corrected(world, campaign, "frances")
    assert (again.corrected_revision, same.revision) == (version.revision, version.revision)
    await world.record(campaign, 2, "grace")
    with pytest.raises(Conflict):
        await world.campaigns.correct(
            campaign, 2, None, session=world.session, by=world.by("frances")
        )


async def corrected(world: World, campaign: str, person: str):
    return await world.campaigns.correct(
        campaign, 1, None, session=world.session, by=world.by(person)
    )


async def test_a_value_within_a_list_needs_a_patch(world: World) -> None:
    medium = {"@type": "EmailContactMedium", "emailAddress": "a@example.com"}
    await world.people(12, contactMedium=[medium])
    path = "contactMedium.emailAddress"
    campaign = await world.begun(elements=(path,))
    task = await world.next(campaign, "ada")
    assert task is not None
    assert task.elements == {path: ["a@example.com"]}
    wrong = replace(AGREES, words={path: "differs"}, right={path: "b@example.com"})
    await world.record(campaign, task.item.number, "ada", wrong)
    facts = {"session": world.session, "by": world.by("frances")}
    with pytest.raises(Invalid, match="within a list"):
        await world.campaigns.correct(campaign, task.item.number, None, **facts)
    patch = {"contactMedium": [{**medium, "emailAddress": "b@example.com"}]}
    _, version = await world.campaigns.correct(campaign, task.item.number, patch, **facts)
    assert b"b@example.com" in version.body


@pytest.mark.parametrize("number", [0, -1, 99])
async def test_an_item_that_is_not_theirs_is_none(world: World, number: int) -> None:
    await world.people(12)
    campaign = await world.begun()
    with pytest.raises(NotFound):
        await world.record(campaign, number, "ada")
    with pytest.raises(NotFound):
        await world.record(campaign, 1, "nobody")
    with pytest.raises(NotFound):
        await world.record("unknown", 1, "ada")


@pytest.mark.parametrize(
    "verdicts",
    [
        replace(AGREES, words={}),
        replace(AGREES, words={"familyName": "perhaps"}),
        replace(AGREES, words={"familyName": "agrees", "givenName": "agrees"}),
        replace(AGREES, words={"familyName": "differs"}),
        replace(AGREES, right={"familyName": "Byron"}),
        replace(AGREES, right={"givenName": "Byron"}),
        differs("x" * 5000),
    ],
    ids=["none", "word", "another", "no-value", "value", "value-of-another", "long"],
)
async def test_verdicts_that_are_none_write_nothing(world: World, verdicts) -> None:
    await world.people(12)
    campaign = await world.begun()
    with pytest.raises(Invalid):
        await world.record(campaign, 1, "ada", verdicts)
    assert (await world.campaigns.progress(campaign)).keys() == {"open"}


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("contractScan"),
        Evidence("contractScan", " "),
        Evidence("hearsay", "x"),  # type: ignore[arg-type]
        Evidence("contractScan", "x" * 501),
        Evidence("contractScan", "", ("qa06h0q9x2mrs6kz4c8v1tdw3e",)),
        Evidence("contractScan", "x", ("x" * 300,)),
    ],
    ids=["none", "blank", "kind", "long", "no-file", "no-id"],
)
async def test_a_verdict_needs_evidence(world: World, evidence: Evidence) -> None:
    await world.people(12)
    campaign = await world.begun()
    with pytest.raises(Invalid):
        await world.campaigns.record(
            campaign, 1, AGREES, evidence, session=world.session, by=world.by("ada")
        )
    assert (await world.campaigns.progress(campaign)).keys() == {"open"}


async def test_files_of_the_record_are_evidence_and_of_others_are_not(world: World) -> None:
    await world.people(12)
    campaign = await world.begun()
    first = await world.next(campaign, "ada")
    other = await world.next(campaign, "grace")
    assert first is not None
    assert other is not None
    kept = [
        await world.campaigns.attachments.keep(
            INDIVIDUAL, str(task.item.record_id), b"a scan", name="scan.txt",
            media_type="text/plain", actor=ACTOR,
        )
        for task in (first, other)
    ]  # fmt: skip
    for file, is_taken in ((kept[1], False), (kept[0], True)):
        given = world.campaigns.record(
            campaign, first.item.number, AGREES, Evidence("contractScan", "", (file.id,)),
            session=world.session, by=world.by("ada"),
        )  # fmt: skip
        if is_taken:
            assert (await given).state == "decided"
        else:
            with pytest.raises(Invalid, match="no file of this record"):
                await given
