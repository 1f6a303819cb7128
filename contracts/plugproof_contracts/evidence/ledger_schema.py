"""The tables of the ledger, which stand beside those of the history."""

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table

LEDGER_VERSION = 1
"""Which tables these are; a ledger with another number is neither read nor written."""

METADATA = MetaData()

VERSIONS = Table(
    "plugproof_versions",
    METADATA,
    Column("part", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
)
ENTRIES = Table(
    "plugproof_ledger",
    METADATA,
    Column("base", String(255), primary_key=True),
    Column("fact", String(96), primary_key=True),
    Column("source", String(16), primary_key=True),
    Column("observed", Integer, nullable=False),
    Column("contradicted", Integer, nullable=False),
    Column("first", Float, nullable=False),
    Column("last", Float, nullable=False),
    Column("nights", Integer, nullable=False),
    Column("broken_nights", Integer, nullable=False),
    Column("last_broken", Float, nullable=True),
    Column("low", Float, nullable=True),
    Column("high", Float, nullable=True),
    Column("word", String(24), nullable=True),
    Column("is_mixed", Boolean, nullable=False),
)
"""What was seen of a fact at a base URL by one kind of source: counts, times, and an interval or a word."""
RECORDINGS = Table(
    "plugproof_ledger_recordings",
    METADATA,
    Column("digest", String(64), primary_key=True),
)
"""Which recordings were added, so that none counts twice."""
