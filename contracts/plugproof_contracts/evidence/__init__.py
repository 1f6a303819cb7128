"""What was seen of each fact: an index of the facts, and a ledger of what holds and what does not."""
