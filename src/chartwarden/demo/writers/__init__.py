"""The access log in each dress: the plain feed, FHIR R4 AuditEvents, DICOM audit messages in syslog."""

from __future__ import annotations

from chartwarden.demo.writers import dicom, fhir, plain
from chartwarden.demo.writers._writer import Writer

WRITERS: dict[str, Writer] = {"plain": plain.WRITER, "fhir": fhir.WRITER, "dicom": dicom.WRITER}
