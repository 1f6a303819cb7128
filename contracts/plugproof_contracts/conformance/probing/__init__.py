"""One request of a check: which it is, how it is sent, and why its answer may say nothing."""
