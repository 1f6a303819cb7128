"""A world as a document, and back."""
