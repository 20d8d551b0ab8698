"""Columns so narrow that each of their lines has only a letter or two of a word."""
