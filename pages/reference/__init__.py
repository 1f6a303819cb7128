"""The generated pages of docs/reference: `make reference` writes them, and a test compares them."""
