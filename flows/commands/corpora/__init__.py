"""Commands that collect documents, write corpora and work on written ones."""
