"""Logs without people in them: a record keeps its message's form and its traceback's places, never values."""

from __future__ import annotations

import logging
import traceback


class NoValues(logging.Filter):
    """Replaces a record's text: the arguments may be names, addresses of pages, or rows."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its values."""
        kind = ""
        if record.exc_info and record.exc_info[0] is not None:
            places = [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in traceback.extract_tb(record.exc_info[2])]
            kind = f" [{record.exc_info[0].__name__} at {' < '.join(reversed(places[-6:]))}]"
            record.exc_info, record.exc_text = None, None
        record.msg, record.args = f"{record.name}: {(str(record.msg).splitlines() or [''])[0][:200]}{kind}", ()
        return True
