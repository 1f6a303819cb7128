"""What all pages share: one stylesheet, and one base for those that are written to a file."""
