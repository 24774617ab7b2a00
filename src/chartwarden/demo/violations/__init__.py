"""Ways to do wrong, one file each; the file's name is the kind. See ``_template.py``."""
