"""What one request may ask for. Every bound has a name, and a refusal says its number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    tokens: int = 2000
    depth: int = 12
    # Braces, brackets and fragments inside each other, whether they cost a level of depth or not.
    nesting: int = 80
    # After all fragments are opened.
    fields: int = 1000
    root_fields: int = 20
    aliases: int = 30
    directives: int = 50
    operations: int = 10
    fragments: int = 50
    cost: int = 10_000
    introspections: int = 1
    introspection_depth: int = 20
    introspection_cost: int = 60_000
    page: int = 100
    page_default: int = 20
    # Items of one list given as an argument or a variable.
    items: int = 100
    # Characters of one string.
    text: int = 4096
    # Objects and lists inside each other in one argument or variable.
    input_depth: int = 12
    filter_depth: int = 3
    body_bytes: int = 256 * 1024
    errors: int = 20
    message: int = 300


LIMITS = Limits()
# totalCount counts up to this many rows, then says "at least".
COUNT_MAX = 10_001
