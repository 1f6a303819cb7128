"""What the reference says: models, lifecycle, operations and the document, with the level of each fact."""
