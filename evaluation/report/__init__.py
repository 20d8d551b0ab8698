"""The page that shows a corpus: `write_report(folder)` writes ``report.html``."""

from duizhao.evaluation.report.page import render_page, write_report

__all__ = ["render_page", "write_report"]
