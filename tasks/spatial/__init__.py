"""Where the objects of a tile are, how they stand to each other, and in what groups."""
