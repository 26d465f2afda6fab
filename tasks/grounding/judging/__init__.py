"""From what is said to verdicts: which objects are meant, and whether it is true of them."""
