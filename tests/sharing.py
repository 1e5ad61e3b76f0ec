"""Which tests run in one process, one after the other, when several processes share the suite.

Said here by folder: what xdist itself reads from marks is lost with this version of pytest."""

from collections.abc import Sequence

from xdist.scheduler import LoadScopeScheduling

# One running product for all journeys; servers that are killed want the machine to themselves.
TOGETHER = ("tests/journeys/", "tests/chaos/")


class ByFolder(LoadScopeScheduling):  # type: ignore[misc] # xdist says no types
    """The largest shares are dealt out first, so that none is left over at the end."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str, together: Sequence[str] = TOGETHER) -> str:
    return next((folder for folder in together if nodeid.startswith(folder)), nodeid)
