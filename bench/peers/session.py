"""What the tables of the typical service share: engine, sessions, and the base of their classes."""

import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
from fastapi import Depends
from pydantic_core import from_json, to_json
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


def _serialize(value: Any) -> str:
    return to_json(value).decode()


engine = create_async_engine(
    "postgresql+asyncpg://",
    async_creator=lambda: asyncpg.connect(os.environ["BENCH_DSN"]),
    pool_size=int(os.environ.get("BENCH_POOL_SIZE", "20")),
    max_overflow=0,
    json_serializer=_serialize,
    json_deserializer=from_json,
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def open_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]
