"""What others may have done to the register: each verb changes it and leaves its entry in one transaction."""

from chartwarden.devices.attesting import sign_statement
from chartwarden.devices.disposing import record_disposal
from chartwarden.devices.excepting import end_exception, make_exception, set_precondition
from chartwarden.devices.networking import add_network, remove_network
from chartwarden.devices.registering import approve_device, change_device, register_device, withdraw_device

__all__ = [
    "add_network",
    "approve_device",
    "change_device",
    "end_exception",
    "make_exception",
    "record_disposal",
    "register_device",
    "remove_network",
    "set_precondition",
    "sign_statement",
    "withdraw_device",
]
