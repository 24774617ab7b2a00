"""What a reviewer should look at: one file each. See ``_template.py``; its id is its file name."""
