"""The access log in each dress, one file each: the plain feed, FHIR R4 AuditEvents, DICOM audit messages in syslog."""
