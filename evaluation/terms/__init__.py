"""Bilingual terms of a corpus: candidates, their counterparts, variants, and files of them."""
