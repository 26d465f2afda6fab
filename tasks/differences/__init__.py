"""How two releases differ, row by row, and what each difference comes from."""
