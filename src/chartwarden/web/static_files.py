"""Where stylesheet, scripts and pictures are named."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names by content where the files were gathered (``preparing.gather_static``), else as they lie in the package."""

    def stored_name(self, name: str) -> str:
        """The name that a page gives."""
        return super().stored_name(name) if self.hashed_files else name
