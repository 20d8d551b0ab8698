"""Correct an alignment by hand: a file of edits, a page to make them, a corrected corpus."""
