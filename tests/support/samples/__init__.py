"""Sample objects for the walk over every page: real ids of a clinic, by the names of the addresses' arguments.

One file a room, ``ROOM.py``, with ``make(house) -> Mapping[str, object]``: it makes its objects in ``house``, acted in,
and returns ``{"person": id, …}``. The walk asks the other clinic's pages for them (they must not be there) and the own
clinic's. An address whose argument no room gives is walked with a random id.
"""
