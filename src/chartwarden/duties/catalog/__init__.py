"""The duties there are: one file each, whose name is the duty's id. ``_template.py`` shows the way."""
