"""From what the identity provider says somebody is to what he may do here."""

from collections.abc import Mapping
from typing import Any

from app.errors import Invalid
from app.i18n import N_
from app.permission import Role

VALUES_MAX = 500


class RoleMapInvalid(Invalid):
    code = "ROLE_MAP_INVALID"
    text = N_("AFTERLOAN_OIDC_ROLE_MAP cannot be read at “{part}”.")
    mend = N_("Write “name at the provider=role here”, separated by commas. Roles: {known}.")


def roles_of(claims: Mapping[str, Any], *, claim: str, role_map: Mapping[str, Role]) -> list[Role]:
    """Those of the provider's words that we know, in our order; whoever has none may do nothing."""
    words = set(words_of(claims, claim))
    return [role for role in Role if any(role_map.get(word) is role for word in words)]


def words_of(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The claim's texts. A dotted name leads into nested claims, as in `realm_access.roles`."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for step in claim.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    values = [found] if isinstance(found, str) else found
    if not isinstance(values, list):
        return []
    return [value for value in values[:VALUES_MAX] if isinstance(value, str)]


def read_role_map(text: str) -> dict[str, Role]:
    """`Agents=collector, Leads=lead`; nothing written means that our own words are used.

    Directory names have commas in them: where there is a semicolon, that one separates."""
    if not text.strip():
        return {role.value: role for role in Role}
    found: dict[str, Role] = {}
    between = ";" if ";" in text else ","
    for part in filter(None, (part.strip() for part in text.split(between))):
        word, separator, role = (piece.strip() for piece in part.rpartition("="))
        if not separator or not word or role not in set(Role):
            raise RoleMapInvalid(part=part, known=", ".join(Role))
        found[word] = Role(role)
    return found
