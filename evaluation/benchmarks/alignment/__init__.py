"""The aligner on texts with gold alignment: accuracy, training, the cost of forced decoding."""
