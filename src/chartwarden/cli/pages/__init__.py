"""Reference pages, written from the plug-ins and tables: what docs/reference holds and the command prints."""
