"""A sign-in on its way: from the click until the browser comes back, at most ten minutes."""

import hmac
from datetime import timedelta
from hashlib import sha256

import msgspec

from app.personal import blind

LIFETIME = timedelta(minutes=10)
# Within one lifetime. A call centre signs in from one address in the morning; a browser has some
# tabs.
PER_BROWSER_MAX = 20
PER_ADDRESS_MAX = 300


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What was remembered, once the browser has proven that it is the same one."""

    nonce: str
    code_verifier: str
    next_path: str


def state_hash(state: str) -> str:
    return sha256(f"state:{state}".encode()).hexdigest()


def browser_hash(cookie: str) -> str:
    return sha256(f"browser:{cookie}".encode()).hexdigest()


def address_hash(address: str) -> bytes:
    """Keyed: there are few addresses, a plain hash of one is as good as the address."""
    return blind("sign-in address", address)


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one, other)
