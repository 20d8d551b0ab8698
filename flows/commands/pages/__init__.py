"""Commands to inspect documents and to search, review and correct corpora."""
