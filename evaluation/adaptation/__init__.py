"""Is an adapted model better than its base? The comparison, the verdict, and the model card."""
