"""What the API decides, as pure functions over plain data: no clock, no lock, no socket."""
