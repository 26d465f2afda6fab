"""Which scenes show the same ground: evidence, links, components, and the splits that follow."""
