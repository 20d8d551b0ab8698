"""Files that hold a text and its translation: recognised, and split into two documents.

1. Each block becomes pieces of one language (pieces.py).
2. Running text in both languages, in amounts that fit each other, makes a file bilingual
   (amounts.py); the order of the pieces shows how it is arranged (arrangements.py). So do short
   lines that change their language all the time (switches.py, lists.py), but not the labels and
   values of a form (values.py).
3. One language is the document, the other goes to the ledger, or is the other document
   (sides.py).

A Chinese report with English quotations, addresses or an abstract is no such file.
"""

from duizhao.corpus.reading.bilingual.sides import Bilingual, one_side, recognise

__all__ = ["Bilingual", "one_side", "recognise"]
