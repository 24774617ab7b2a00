"""Files of a form, sealed while they stream in: none lies in clear on the disk, or whole in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.import_contracts import UploadState
from chartwarden.logs.receiving import Incoming


class SealingHandler(FileUploadHandler):  # type: ignore[misc]  # Django brings no types
    """Takes every file of a form as an upload. They are kept only when ``settle`` is called, once the form itself is
    known to be sound; ``abandon`` destroys what was not. ``refusals`` are files for which there was no room."""

    chunk_size = 1 << 20

    def __init__(self, clinic: UUID, actor: Actor, at: datetime) -> None:
        super().__init__()
        self._clinic, self._actor, self._at = clinic, actor, at
        self._open: list[Incoming] = []
        self._whole: list[Incoming] = []
        self.refusals: list[InputRefused] = []
        self._size = 0

    def handle_raw_input(self, *arguments: Any) -> None:
        """Before the first file: how much will come at most, which is the third that Django says."""
        self._size = int(arguments[2] or 0)

    def new_file(self, *arguments: Any, **named: Any) -> None:
        """Another file begins."""
        super().new_file(*arguments, **named)
        with self._noting():
            name = self.file_name or "file"
            self._open.append(
                Incoming(clinic=self._clinic, name=name, source="page", actor=self._actor, at=self._at, size=self._size)
            )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  Django's signature
        """Its next piece."""
        with self._noting():
            self._open[-1].write(raw_data)

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002  Django's signature
        """It has ended. What a browser sends for an empty field is no file."""
        self._whole.append(self._open[-1])

    def upload_interrupted(self) -> None:
        """The sender went away."""
        self.abandon()

    def settle(self, kinds: Collection[str]) -> list[UploadState]:
        """Keep the files that came whole. Raises as ``Incoming.finish`` does."""
        return [incoming.finish(kinds) for incoming in self._whole]

    def abandon(self) -> None:
        """Destroy all that was not kept."""
        for incoming in self._open:
            incoming.abandon()

    def _noting(self) -> _Noting:
        return _Noting(self.refusals)


class _Noting:
    """Turns a refusal into one file left out, told of later."""

    def __init__(self, refusals: list[InputRefused]) -> None:
        self._refusals = refusals

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: object) -> None:
        if isinstance(fault, InputRefused):
            self._refusals.append(fault)
            raise SkipFile from None
