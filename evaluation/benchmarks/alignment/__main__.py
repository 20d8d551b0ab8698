"""`python -m duizhao.evaluation.benchmarks.alignment`: accuracy.py."""

from duizhao.evaluation.benchmarks.alignment.accuracy import main

main()
