"""The side bar: what this person may open, and nothing else."""

from dataclasses import dataclass

from starlette.requests import Request

from app.i18n import N_
from views.page import Page, addressed


@dataclass(frozen=True, slots=True)
class Item:
    path: str
    text: str
    icon: str
    # Where there is room for one word, as in the bar of a phone.
    short: str


@dataclass(frozen=True, slots=True)
class Section:
    text: str
    items: tuple[Item, ...]


SECTIONS = (
    Section(
        N_("Work"),
        (
            Item("/collection/board", N_("Collections board"), "layout-kanban", N_("Board")),
            Item("/customer", N_("Customer look-up"), "user-search", N_("Look-up")),
        ),
    ),
    Section(
        N_("Insight"),
        (Item("/report", N_("Reports"), "report", N_("Reports")),),
    ),
    Section(
        N_("Operations"),
        (
            Item("/operation/day", N_("Business day"), "calendar-time", N_("Day")),
            Item("/operation/import", N_("Import"), "cloud-upload", N_("Import")),
            Item("/operation/audit", N_("Audit log"), "history", N_("Audit")),
            Item(
                "/operation/setting",
                N_("Business settings"),
                "adjustments-horizontal",
                N_("Settings"),
            ),
        ),
    ),
)


OWN = (Item("/setting", N_("My settings"), "settings", N_("Mine")),)


@dataclass(frozen=True, slots=True)
class Link:
    path: str
    text: str
    icon: str
    short: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    text: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Navigation:
    groups: tuple[Group, ...]
    own: tuple[Link, ...]


def navigation(request: Request) -> Navigation:
    """The groups with at least one page that exists and is open to the reader."""
    groups = (Group(section.text, _links(request, section.items)) for section in SECTIONS)
    return Navigation(tuple(group for group in groups if group.links), _links(request, OWN))


def may_open(request: Request, path: str) -> bool:
    """Asks the page itself, so that a permission is written down once."""
    found = _page(request, path)
    actor = getattr(request.state, "actor", None)
    if found is None or actor is None:
        return found is not None and found.public
    return found.permission is None or actor.may(found.permission)


def _links(request: Request, items: tuple[Item, ...]) -> tuple[Link, ...]:
    here = _current(request.url.path)
    return tuple(
        Link(item.path, item.text, item.icon, item.short, item.path == here)
        for item in items
        if may_open(request, item.path)
    )


def _current(path: str) -> str:
    """The item whose address is the longest beginning of ours."""
    items = (item.path for group in (*SECTIONS, Section("", OWN)) for item in group.items)
    above = (item for item in items if path == item or path.startswith(f"{item}/"))
    return max(above, key=len, default="")


def _page(request: Request, path: str) -> Page | None:
    for address, route in addressed(request.app.routes):
        if address == path and isinstance(route, Page) and "GET" in (route.methods or ()):
            return route
    return None
