"""What the catalogue leaves open, as findings: they close themselves once it is declared."""

from collections.abc import Iterator

from customer_inventory.facilities.repository.coverage import Coverage, Covered, Unknown
from customer_inventory.record.finding import Finding, settle
from customer_inventory.store.database import Database

NO_RECORD = "facilities.noSystemOfRecord"
SEVERAL_RECORDS = "facilities.severalSystemsOfRecord"
OTHER_SOURCE = "facilities.otherSource"
UNKNOWN_SOURCE = "facilities.unknownSource"
UNKNOWN_DEPENDANT = "facilities.unknownDependant"

CHECK = "facilities.checkCatalogue"
"""The job that looks at the catalogue, every night."""
_OF_VERDICTS = (("none", NO_RECORD), ("several", SEVERAL_RECORDS), ("otherSource", OTHER_SOURCE))


async def keep(database: Database, found: Coverage) -> tuple[int, int]:
    """Let what is left open be the open findings; return how many are open and how many closed."""
    kinds = {kind: [_of(each) for each in found.covered if each.verdict == verdict]
             for verdict, kind in _OF_VERDICTS}  # fmt: skip
    kinds[UNKNOWN_SOURCE] = list(_of_unknown(found.sources))
    kinds[UNKNOWN_DEPENDANT] = list(_of_unknown(found.dependants))
    settled = [await settle(database, kind, findings) for kind, findings in kinds.items()]
    return sum(opened for opened, _ in settled), sum(closed for _, closed in settled)


def _of(covered: Covered) -> Finding:
    asked = covered.requirement
    evidence = {
        "requirement": asked.id,
        "path": asked.path,
        "name": asked.name,
        "state": covered.state,
        "systemsOfRecord": covered.records,
        "systemsOfReference": covered.references,
        "trusted": covered.trusted,
    }
    return Finding((asked.id,), evidence, record_type=asked.type)


def _of_unknown(found: tuple[Unknown, ...]) -> Iterator[Finding]:
    for each in found:
        evidence = {
            "name": each.name,
            "repository": each.repository,
            "requirements": each.requirements,
            "examples": each.examples,
            "isLoaded": each.is_loaded,
        }
        yield Finding((each.repository or "", each.name), evidence)
