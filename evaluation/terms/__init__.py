"""Bilingual terms of a corpus: candidates, counterparts, variants, and files of terms."""
