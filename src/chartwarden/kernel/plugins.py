"""One new thing, one new file: plug-ins are found in a package, and each one's id is its file name.

A plug-in module holds one constant (``FORMAT``, ``EXPLANATION``, ``DETECTOR`` …). Modules whose names begin with
an underscore are not plug-ins. Packages outside the project join through an entry point whose group is the
package's dotted name, whose name is the id, and whose value names the module.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def plugin_modules(package: str) -> dict[str, ModuleType]:
    """Modules by id, sorted by id. A package's own module wins over an entry point of the same name."""
    home = importlib.import_module(package)
    modules = {
        found.name: importlib.import_module(f"{package}.{found.name}")
        for found in pkgutil.iter_modules(home.__path__)
        if not found.name.startswith("_") and found.name != "tests"
    }
    for point in entry_points(group=package):
        modules.setdefault(point.name, importlib.import_module(point.value))
    return dict(sorted(modules.items()))


def discover(package: str, constant: str, kind: type[T]) -> dict[str, T]:
    """The plug-ins of a package by id. Raises TypeError where a module does not hold the constant it must."""
    plugins: dict[str, T] = {}
    for name, module in plugin_modules(package).items():
        plugin = getattr(module, constant, None)
        if not isinstance(plugin, kind):
            raise TypeError(f"{module.__name__} must hold {constant}, of type {kind.__name__}")
        plugins[name] = plugin
    return plugins
