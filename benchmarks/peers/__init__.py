"""How fast servers of others answer, beside the fake: each on the same processor, in turn with it.

A static server answers the confirm request with the fake's own answer. localstripe and moto have no such
request, so they read something of their own that they keep: a customer, and a bucket.
"""

from benchmarks.peers.comparison import rows

__all__ = ["rows"]
