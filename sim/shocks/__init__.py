"""What befalls the economy: one shock in each file, found by the name of the file."""
