"""Bilingual terms of a corpus: candidates, their counterparts, variants, and files of them."""

from duizhao.evaluation.terms.extract import BilingualTerm as BilingualTerm
from duizhao.evaluation.terms.extract import Variant, extract_terms

__all__ = ["BilingualTerm", "Variant", "extract_terms"]
