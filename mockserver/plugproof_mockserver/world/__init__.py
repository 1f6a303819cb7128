"""What lives in one isolated universe of the fake, and the pipeline that answers a request in it."""
