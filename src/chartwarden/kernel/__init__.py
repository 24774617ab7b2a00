"""What every room stands on: errors that say what to do, plug-in discovery, instants and zones, progress.

The kernel knows nothing of clinics, logs or reviews. It imports no other room.
"""
