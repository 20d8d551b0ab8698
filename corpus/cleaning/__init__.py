"""Cleaning of a corpus: a list of steps that move rows to the ledger with a reason.

from duizhao.corpus.cleaning.plan import default_plan
from duizhao.corpus.cleaning.run import clean

report = clean(lambda: read_rows(path), default_plan(), keep=kept.append, remove=ledger.append)
"""
