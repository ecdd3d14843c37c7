"""A typical service over record.individual: FastAPI, Pydantic and the SQLAlchemy ORM on asyncpg.

Written as a good team would write it in a day, with none of the duties of ours: no token, no
permission, no history, links or outbox, no access entry, no total of a list. BENCH_DSN names
the database.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Query, Response
from pydantic import ValidationError
from sqlalchemy import JSON, BigInteger, DateTime, SmallInteger, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bench.peers import whole
from bench.peers.individual import Individual, IndividualCreate
from bench.peers.session import Base, Session, engine
from customer_inventory.kit.ids import bucket_of, new_id

PATH = "/tmf-api/partyManagement/v5/individual"


class IndividualRow(Base):
    __tablename__ = "individual"
    __table_args__ = {"schema": "record"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    subject_id: Mapped[str]
    revision: Mapped[int] = mapped_column(BigInteger)
    operation: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    process: Mapped[str]
    purpose: Mapped[str]
    name: Mapped[str | None]
    family_name: Mapped[str | None]
    given_name: Mapped[str | None]
    status: Mapped[str | None]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(title="Individuals", lifespan=lifespan)
app.include_router(whole.router)


@app.get(PATH, response_model=list[Individual], response_model_exclude_none=True)
async def list_individuals(  # noqa: PLR0917 - the framework's way
    session: Session,
    status: str | None = None,
    family_name: Annotated[str | None, Query(alias="familyName")] = None,
    search: str | None = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
) -> list[Individual]:
    query = select(IndividualRow).order_by(IndividualRow.id).offset(offset).limit(limit)
    if status is not None:
        query = query.where(IndividualRow.status == status)
    if family_name is not None:
        query = query.where(IndividualRow.family_name == family_name)
    if search is not None:
        query = query.where(IndividualRow.name.icontains(search, autoescape=True))
    return [_shown(row) for row in await session.scalars(query)]


@app.get(PATH + "/{identifier}", response_model=Individual, response_model_exclude_none=True)
async def retrieve_individual(identifier: str, session: Session) -> Individual:
    return _shown(await _found(session, identifier))


@app.post(PATH, status_code=201, response_model=Individual, response_model_exclude_none=True)
async def create_individual(
    given: IndividualCreate, session: Session, response: Response
) -> Individual:
    identifier = new_id()
    row = IndividualRow(
        id=identifier,
        bucket=bucket_of(identifier),
        subject_id=identifier,
        revision=1,
        operation="create",
        process="typical",
        purpose="benchmark",
    )
    _fill(row, Individual(id=identifier, **given.model_dump(by_alias=True, exclude_none=True)))
    session.add(row)
    await session.commit()
    shown = _shown(row)
    response.headers["Location"] = shown.href or ""
    return shown


@app.patch(PATH + "/{identifier}", response_model=Individual, response_model_exclude_none=True)
async def patch_individual(
    identifier: str, patch: Annotated[dict[str, Any], Body()], session: Session
) -> Individual:
    row = await _found(session, identifier, lock=True)
    try:
        changed = Individual.model_validate({**_merged(row.body, patch), "id": identifier})
    except ValidationError as error:
        raise HTTPException(400, error.errors(include_url=False)) from error
    _fill(row, changed)
    row.revision += 1
    row.operation = "modify"
    await session.commit()
    return _shown(row)


@app.delete(PATH + "/{identifier}", status_code=204)
async def delete_individual(identifier: str, session: Session) -> None:
    await session.delete(await _found(session, identifier))
    await session.commit()


async def _found(session: AsyncSession, identifier: str, *, lock: bool = False) -> IndividualRow:
    key = (identifier, bucket_of(identifier))
    row = await session.get(IndividualRow, key, with_for_update=lock or None)
    if row is None:
        raise HTTPException(404, "There is no such individual.")
    return row


def _fill(row: IndividualRow, individual: Individual) -> None:
    document = individual.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude={"href"}
    )
    row.body = {"id": individual.id, **document}
    row.recorded_at = datetime.now(UTC)
    row.name = f"{individual.given_name} {individual.family_name}"
    row.family_name = individual.family_name
    row.given_name = individual.given_name
    row.status = individual.status


def _shown(row: IndividualRow) -> Individual:
    return Individual.model_validate({**row.body, "href": f"{PATH}/{row.id}"})


def _merged(target: Any, patch: Any) -> Any:
    """Merge as RFC 7386 says."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
