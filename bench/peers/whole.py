"""The customer seen whole, by the typical service: what refers to it and its party, type by type.

The associations are a table, as a team would have made one; each type is one select and its rows
become models. Restrictions, choices, merged records and masks are not looked at.
"""

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import JSON, Boolean, SmallInteger, select
from sqlalchemy.orm import Mapped, mapped_column

from bench.peers.session import Base, Session
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.types import TYPES

_UNDER = ("engagedParty", "account", "agreement")
"""What of a customer others refer to in its stead."""


class Entity(BaseModel):
    """Any record: what all have, and whatever else is in the document."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    id: str
    type: str = Field(alias="@type")
    href: str | None = None


class Whole(BaseModel):
    id: str
    type: str = Field(default="Customer360", alias="@type")
    customer: Entity
    parts: dict[str, list[Entity]]
    known: dict[str, int]


class LinkRow(Base):
    __tablename__ = "link"
    __table_args__ = {"schema": "record"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    outward: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    other_id: Mapped[str] = mapped_column(primary_key=True)
    other_bucket: Mapped[int] = mapped_column(SmallInteger)
    other_type: Mapped[str]


def _row_of(table: str) -> Any:
    columns = {
        "__tablename__": table,
        "__table_args__": {"schema": "record", "extend_existing": True},
        "__annotations__": {
            "id": Mapped[str],
            "bucket": Mapped[int],
            "body": Mapped[dict[str, Any]],
        },
        "id": mapped_column(primary_key=True),
        "bucket": mapped_column(SmallInteger, primary_key=True),
        "body": mapped_column(JSON),
    }
    return type(f"Whole{table}", (_Tables,), columns)


class _Tables(Base):
    __abstract__ = True


_ROWS = {name: _row_of(declared.table) for name, declared in TYPES.items() if name != "individual"}
router = APIRouter()


@router.get("/customer360/{identifier}", response_model=Whole, response_model_by_alias=True)
async def retrieve_whole(identifier: str, session: Session) -> Whole:
    customers = _ROWS["customer"]
    customer = await session.get(customers, (identifier, bucket_of(identifier)))
    if customer is None:
        raise HTTPException(404, "There is no such customer.")
    outward = select(LinkRow).where(
        LinkRow.id == identifier, LinkRow.outward, LinkRow.path.in_(_UNDER)
    )
    subjects = [identifier, *{link.other_id for link in await session.scalars(outward)}]
    inward = select(LinkRow).where(LinkRow.id.in_(subjects), ~LinkRow.outward)
    ids: dict[str, set[str]] = {}
    for link in await session.scalars(inward):
        ids.setdefault(link.other_type, set()).add(link.other_id)
    for link in await session.scalars(outward):
        ids.setdefault(link.other_type, set()).add(link.other_id)
    parts: dict[str, list[Entity]] = {}
    for name, found in sorted(ids.items()):
        row = _rows()[name]
        rows = await session.scalars(select(row).where(row.id.in_(found - {identifier})))
        records = [_entity(each) for each in rows]
        if records:
            parts[name] = records
    known = {name: len(records) for name, records in parts.items()}
    return Whole(id=identifier, customer=_entity(customer), parts=parts, known=known)


def _rows() -> dict[str, Any]:
    if "individual" not in _ROWS:
        from bench.peers.orm import IndividualRow  # noqa: PLC0415 - it includes this module

        _ROWS["individual"] = IndividualRow
    return _ROWS


def _entity(row: Any) -> Entity:
    return Entity.model_validate({**row.body, "href": f"/{row.id}"})
