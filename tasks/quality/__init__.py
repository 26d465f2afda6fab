"""What published tables must hold, and Great Expectations, which says whether they do."""
