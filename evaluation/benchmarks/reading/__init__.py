"""How well documents are read, against a known truth and against other libraries."""
