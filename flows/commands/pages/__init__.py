"""Commands that open a page or search, for people who read and correct."""
