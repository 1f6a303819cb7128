"""The laws that a good client keeps, and how a view is compared with the truth."""
