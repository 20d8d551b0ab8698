"""Corpus files for people and for translation tools: one module per format."""
