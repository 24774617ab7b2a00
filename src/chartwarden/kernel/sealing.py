"""What keeps identity and raw logs unreadable at rest: master keys, data keys, sealed values and sealed files.

Envelope: a master key (``Keyring``) wraps a data key, which seals. Everything is AES-256-GCM. All of it is here by
name; how it is done is in ``seals`` (values), ``keyring`` and ``sealed_files``.
"""

from chartwarden.kernel.keyring import Keyring, add_key, create_key_file, keyring_of_file, load_keyring
from chartwarden.kernel.sealed_files import SealedReader, SealedWriter, open_sealed_file, seal_file, unseal_file
from chartwarden.kernel.seals import Indexer, SealBroken, Sealer, blind_index, new_data_key, open_sealed, seal, subkey

__all__ = [
    "Indexer",
    "Keyring",
    "SealBroken",
    "SealedReader",
    "SealedWriter",
    "Sealer",
    "add_key",
    "blind_index",
    "create_key_file",
    "keyring_of_file",
    "load_keyring",
    "new_data_key",
    "open_sealed",
    "open_sealed_file",
    "seal",
    "seal_file",
    "subkey",
    "unseal_file",
]
