"""The tables of the history."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table

METADATA = MetaData()

RUNS = Table(
    "plugproof_runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("base", String(255), nullable=False),
    Column("at", Float, nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("planned", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("version", String(32), nullable=False),
    Index("plugproof_runs_by_base", "base", "at"),
)
RESULTS = Table(
    "plugproof_results",
    METADATA,
    Column("run", ForeignKey(RUNS.c.id), nullable=False, index=True),
    Column("rule", String(64), nullable=False),
    Column("state", String(16), nullable=False),
)
SHAPE = Table(
    "plugproof_shape",
    METADATA,
    Column("run", ForeignKey(RUNS.c.id), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("place", String(64), nullable=False),
    Column("name", String(255), nullable=False),
)
LATENCIES = Table(
    "plugproof_latencies",
    METADATA,
    Column("run", ForeignKey(RUNS.c.id), nullable=False, index=True),
    Column("operation", String(32), nullable=False),
    Column("seconds", Float, nullable=False),
)
REQUESTS = Table(
    "plugproof_requests",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("base", String(255), nullable=False),
    Column("operation", String(32), nullable=False),
    Column("at", Float, nullable=False),
    Index("plugproof_requests_by_base", "base", "at"),
)
"""Every request is entered here before it is sent; so no request is sent that another process could not see."""
PAUSES = Table(
    "plugproof_pauses",
    METADATA,
    Column("base", String(255), primary_key=True),
    Column("until", Float, nullable=False),
)
"""Until when a base URL asked to be left alone."""
