"""Addresses of the register in a clinic. No address names a device or a person but by an opaque id."""

from __future__ import annotations

from django.urls import path

from chartwarden.devices.views import access, disposal, mdm, proofs, register, training, workplace

app_name = "devices"
urlpatterns = [
    path("devices/", register.devices, name="devices"),
    path("devices/add/", register.add, name="add"),
    path("devices/networks/", register.networks, name="networks"),
    path("devices/networks/add/", register.add_network, name="add_network"),
    path("devices/networks/<uuid:network>/remove/", register.remove_network, name="remove_network"),
    path("devices/disposals/", disposal.disposals, name="disposals"),
    path("devices/disposals/add/", disposal.add, name="add_disposal"),
    path("devices/statements/", workplace.statements, name="statements"),
    path("devices/asked-for/", access.preconditions, name="preconditions"),
    path("devices/exceptions/add/", access.add_exception, name="add_exception"),
    path("devices/exceptions/<uuid:exception>/end/", access.end_exception, name="end_exception"),
    path("devices/<uuid:device>/", register.one, name="one"),
    path("devices/<uuid:device>/change/", register.change, name="change"),
    path("devices/<uuid:device>/approve/", register.approve, name="approve"),
    path("devices/<uuid:device>/withdraw/", register.withdraw, name="withdraw"),
    path("devices/<uuid:device>/proofs/add/", proofs.add, name="add_proof"),
    path("devices/<uuid:device>/proofs/<uuid:proof>/withdraw/", proofs.withdraw, name="withdraw_proof"),
    path("devices/mdm/", mdm.mdm, name="mdm"),
    path("devices/mdm/stop/", mdm.stop, name="stop_mdm"),
    path("training/", training.training, name="training"),
    path("my-workplace/", workplace.my_workplace, name="my_workplace"),
]
