"""The commands, one file each: its name is the file's, ``run`` is what it does, or
``APP`` a group of commands. Heavy imports wait inside it."""
