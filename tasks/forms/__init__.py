"""What can be asked of a tile from its labels alone: one file a form."""
