"""Cleaning of a corpus: a declared list of steps, each with its reason; nothing is deleted.

from duizhao.corpus.cleaning.plan import default_plan
from duizhao.corpus.cleaning.run import clean

report = clean(lambda: read_rows(path), default_plan(), keep=kept.append, remove=ledger.append)
"""
