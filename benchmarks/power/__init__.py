"""How much of what may go wrong is found: `make power` breaks facts one at a time and writes docs/power.md."""
