"""The commands, one file each: its name is the file's, ``run`` is what it does. Heavy imports wait inside it."""
