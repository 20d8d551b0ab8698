"""Accuracy of reading, measured on known text and compared with other libraries."""
