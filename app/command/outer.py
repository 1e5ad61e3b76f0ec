"""What stands outside the domain, by its name: the domain imports none of its neighbours, but a
process has to be started from somewhere."""

from importlib import import_module
from typing import Any

APPLICATION = "app.asgi:app"
WORK = "workers.settings:work"
SCHEMA = "api.schema:schema"
ROLES = "views.words:ROLES"
LISTED = "views.page:listed"


def load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
