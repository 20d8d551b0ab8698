"""Correct an alignment by hand: edits kept in a file, a page to make them, a corpus made anew."""
