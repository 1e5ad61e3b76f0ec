"""Loads every module that declares jobs, so that the worker knows them all."""

from importlib import import_module

MODULES = ("workers.monitoring", "workers.report", "workers.collection", "workers.operation")


def load_topics() -> None:
    for module in MODULES:
        import_module(module)
