"""Someone's own dataset, read element by element so that its texts can be held against objects."""
