"""Correct an alignment by hand: a page for edits, a file of edits, a corrected corpus."""
