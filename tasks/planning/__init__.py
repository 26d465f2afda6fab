"""Planning: which tiles are looked at, and what follows from them for all."""
