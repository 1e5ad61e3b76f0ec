"""Loads every module beside this one, so that the worker knows each job that one of them
declares."""

import pkgutil
from importlib import import_module

import workers


def load_topics() -> None:
    for module in pkgutil.iter_modules(workers.__path__, "workers."):
        import_module(module.name)
