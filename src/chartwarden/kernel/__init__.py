"""What every room stands on: actors, decisions, transitions, errors, jobs, plug-in discovery, zones, progress.

The kernel knows nothing of clinics, logs or reviews. It imports no other room.
"""
