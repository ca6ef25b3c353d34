"""Files and folders: whole or absent, checked by their hashes, read back by one reader."""
