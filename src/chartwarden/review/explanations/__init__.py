"""Why an access was in order: one file each. See ``_template.py``; its id is its file name."""
