"""Compare an adapted model with its base: the comparison, the verdict, and the model card."""
