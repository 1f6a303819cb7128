"""Measurements against the targets: `make bench` runs them all and writes docs/explanation/benchmarks.md."""
