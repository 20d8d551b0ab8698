"""What is at the edges of a page: numbered heads and feet, notes."""
