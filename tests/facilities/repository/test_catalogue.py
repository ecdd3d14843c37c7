"""The catalogue: declared by files, kept with its history, and what it leaves open."""

from pathlib import Path

import pytest

from customer_inventory.access.registration import register
from customer_inventory.background.cataloguing import check_catalogue
from customer_inventory.facilities.repository import catalogue, finding
from customer_inventory.facilities.repository.coverage import coverage
from customer_inventory.facilities.repository.declared import OURS, Repository
from customer_inventory.facilities.repository.file import read, read_all, written
from customer_inventory.facilities.repository.shipped import ours
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.kit.located import FileError
from customer_inventory.record.finding import findings
from customer_inventory.store.database import Database

BY = Actor("test", "testing", "tester")
CRM = """\
repositories:
- name: crm
  title: Customer relations
  description: Where agents write down what customers tell them.
  owner: {organisation: Sales, person: Ada Lovelace}
  kind: crm
  holds:
  - {role: systemOfRecord, type: individual, paths: [contactMedium]}
  - {role: copy, type: individual, paths: [contactMedium.emailAddress]}
  sources: [crm]
  dependants:
  - {process: billing, uses: addresses of bills}
  - {name: Call centre desktop, owner: Care}
"""


async def declared(database: Database, *texts: str) -> list[catalogue.Change]:
    wanted = [each for text in texts for each in read(text)]
    return await catalogue.apply(database, wanted, actor=BY, reason="as it is")


def ours_but(role: str) -> str:
    """Return the file of our own repository, in which contacts are held in another role."""
    held = f"  holds:\n  - {{role: {role}, type: individual, paths: [contactMedium]}}\n"
    return written([ours()]).replace("  holds:\n", held)


async def open_findings(database: Database, kind: str) -> list[dict[str, object]]:
    rows = await findings(database, kind=kind, state="open", limit=1000)
    return [dict(row) for row in rows]


async def test_ours_is_there_from_the_start_and_has_all_that_is_required(
    database: Database,
) -> None:
    (there,) = await catalogue.repositories(database)
    assert there.repository == ours()
    found = await coverage(database)
    assert len(found.covered) > 500
    assert found.counted() == {"one": len(found.covered)}
    assert {each.records for each in found.covered} == {(OURS,)}
    # The starter register names authoritative sources that nobody has declared yet.
    assert {"crm", "ordering"} <= {each.name for each in found.sources}
    assert await catalogue.install(database, actor=BY) is False


async def test_what_is_declared_is_kept_with_what_was_before(database: Database) -> None:
    (made,) = await declared(database, CRM)
    assert (made.name, made.action) == ("crm", "declare")
    assert await declared(database, CRM) == []
    (changed,) = await declared(database, CRM.replace("Sales", "Care"))
    assert (changed.action, changed.difference) == ("change", "~ owner")
    (gone,) = await catalogue.apply(
        database, [ours()], actor=BY, reason="switched off", is_whole=True
    )
    assert (gone.name, gone.action) == ("crm", "withdraw")
    told = [(row["version"], row["action"], row["reason"]) for row in
            await catalogue.versions(database, "crm")]  # fmt: skip
    assert told == [(3, "withdrawn", "switched off"), (2, "declared", "as it is"),
                    (1, "declared", "as it is")]  # fmt: skip
    assert [each.repository.name for each in await catalogue.repositories(database)] == [OURS]
    assert (await catalogue.repository(database, "crm")).is_withdrawn
    await declared(database, CRM)
    assert (await catalogue.repository(database, "crm")).version == 4
    with pytest.raises(NotFound):
        await catalogue.versions(database, "nothing")
    with pytest.raises(Invalid, match="always in its catalogue"):
        await catalogue.plan(database, read(CRM), is_whole=True)
    with pytest.raises(Invalid, match="reason"):
        await catalogue.apply(database, read(CRM), actor=BY, reason=" ")


async def test_two_systems_of_record_are_findings_until_one_gives_way(database: Database) -> None:
    await declared(database, CRM)
    found = await check_catalogue(database)
    several = {each.requirement.path for each in found.covered if each.verdict == "several"}
    assert "contactMedium.phoneNumber" in several
    # The narrower holding of the same repository counts.
    assert "contactMedium.emailAddress" not in several
    rows = await open_findings(database, finding.SEVERAL_RECORDS)
    assert len(rows) == len(several)
    assert {row["record_type"] for row in rows} == {"individual"}
    (unknown,) = await open_findings(database, finding.UNKNOWN_DEPENDANT)
    assert b"billing" in bytes(unknown["evidence"])  # type: ignore[call-overload]
    assert "crm" not in {each.name for each in found.sources}

    await register(database, "billing", name="Billing", kind="system", owner="Finance",
                   permissions=[], registered_by="test")  # fmt: skip
    await declared(database, ours_but("systemOfReference"))
    found = await check_catalogue(database)
    assert found.counted()["several"] == 0
    # Nobody is the system of record of e-mail addresses now: the CRM has a copy.
    lacking = [each for each in found.covered if each.verdict == "none"]
    assert {each.requirement.path for each in lacking} == {"contactMedium.emailAddress"}
    assert lacking[0].copies == ("crm",)
    assert await open_findings(database, finding.SEVERAL_RECORDS) == []
    assert await open_findings(database, finding.UNKNOWN_DEPENDANT) == []
    assert len(await open_findings(database, finding.NO_RECORD)) == len(lacking)


async def test_a_source_trusted_before_the_system_of_record_is_a_finding(
    database: Database,
) -> None:
    other = CRM.replace("name: crm", "name: warehouse").replace("sources: [crm]", "sources: [dwh]")
    reference = CRM.replace("systemOfRecord", "systemOfReference")
    await declared(database, other, reference, ours_but("copy"))
    found = await coverage(database, loaded=["crm", "leaflets"])
    phone = next(
        each for each in found.covered if each.requirement.path == "contactMedium.phoneNumber"
        and each.requirement.type == "individual"
    )  # fmt: skip
    assert "crm" in phone.requirement.sources
    assert (phone.verdict, phone.records, phone.trusted) == ("otherSource", ("warehouse",), "crm")
    (leaflets,) = [each for each in found.sources if each.name == "leaflets"]
    assert (leaflets.requirements, leaflets.is_loaded) == (0, True)


@pytest.mark.parametrize("status", ["planned", "retired"])
async def test_what_is_not_there_now_holds_nothing(database: Database, status: str) -> None:
    await declared(database, CRM.replace("kind: crm", f"kind: crm\n  status: {status}"))
    assert (await coverage(database)).counted()["several"] == 0


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("systemOfRecord", "master", "line 8: invalid enum value"),
        ("type: individual, paths: [contactMedium]", "type: person", "no record type"),
        ("paths: [contactMedium]", "paths: [contactMeduim]", "Is contactMedium meant"),
        ("type: individual, paths: [contactMedium]", "paths: [contactMedium]", "paths of no type"),
        ("paths: [contactMedium]", "requirements: [REQ-1001]", "not both"),
        ("process: billing,", "process: billing, name: Billing,", "is one thing"),
        ("kind: crm", "kin: crm", "Is kind meant"),
        ("owner: {organisation: Sales, person: Ada Lovelace}", "owner: {person: Ada}", "organi"),
        ("kind: crm", "objectives: {recoveryTime: 4 hours}", "Days and hours"),
        ("name: crm", "name: The CRM", "small letter"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(before: str, after: str, said: str) -> None:
    assert before in CRM
    with pytest.raises(FileError) as wrong:
        read(CRM.replace(before, after, 1))
    assert said in f"{wrong.value.message} {wrong.value.hint or ''}"
    assert wrong.value.message.startswith("line ")


def test_files_of_a_folder_are_one_declaration(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(CRM)
    (tmp_path / "ours.yaml").write_text(written([ours()]))
    assert {each.name for each in read_all([tmp_path])} == {"crm", OURS}
    (tmp_path / "again.yaml").write_text(CRM)
    with pytest.raises(Invalid, match="crm stands twice"):
        read_all([tmp_path])
    (tmp_path / "again.yaml").write_text("repositories: []")
    with pytest.raises(Invalid, match=r"again\.yaml: line 1: declares nothing"):
        read_all([tmp_path])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(Invalid, match="no file"):
        read_all([empty])


def test_what_is_written_reads_the_same() -> None:
    both: list[Repository] = [*read(CRM), ours()]
    assert read(written(both)) == both
