"""Tables of a PDF without tags: which lines are in one, its rows, and its cells."""
