"""All strings of the pages, in English and simplified Chinese.

A page contains both languages. Templates mark their texts with the helpers of `catalogue`, and
``messages.js`` shows them in the language of the browser or the one that the reader chose.
"""
