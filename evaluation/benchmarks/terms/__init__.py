"""Benchmark of `duizhao terms`."""
