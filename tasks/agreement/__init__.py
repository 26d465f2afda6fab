"""What several sources say about the same image, and whether it fits together."""
