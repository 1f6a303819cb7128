"""How much of what may go wrong is found: `make power` breaks each fact, and writes docs/explanation/power.md."""
