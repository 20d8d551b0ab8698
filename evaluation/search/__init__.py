"""Search: a concordance over corpora, with counts of how a phrase was translated.

    concordance = search([Path("out")], "落实")
    concordance.hits[0].source, concordance.translations[0].text

Each corpus has an index of its own (index.py), a SQLite file in the cache that is rebuilt when the
corpus changes.
"""

from duizhao.evaluation.search.concordance import Concordance, Filters, Hit, search

__all__ = ["Concordance", "Filters", "Hit", "search"]
