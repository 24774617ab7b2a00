"""What others may have done to the register: each verb changes it and leaves its entry in one transaction."""

from chartwarden.devices.attesting import sign_statement
from chartwarden.devices.disposing import record_disposal
from chartwarden.devices.excepting import end_exception, make_exception, set_precondition
from chartwarden.devices.mdm import set_mdm, stop_mdm
from chartwarden.devices.networking import add_network, remove_network
from chartwarden.devices.proving import add_proof, withdraw_proof
from chartwarden.devices.registering import approve_device, change_device, register_device, withdraw_device
from chartwarden.devices.training import record_training

__all__ = [
    "add_network",
    "add_proof",
    "approve_device",
    "change_device",
    "end_exception",
    "make_exception",
    "record_disposal",
    "record_training",
    "register_device",
    "remove_network",
    "set_mdm",
    "set_precondition",
    "sign_statement",
    "stop_mdm",
    "withdraw_device",
    "withdraw_proof",
]
