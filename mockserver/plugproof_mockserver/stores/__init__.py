"""Where worlds are kept when one process is not enough: rows of bytes, and transactions over them."""
