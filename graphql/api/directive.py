"""What the schema says about its own fields, in the SDL, so that a client can read it too."""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE],
    name="requiresScopes",
    description=(
        "The token needs every scope of at least one of these lists."
        " A field without this directive follows its type; one whose type has none is refused."
    ),
)
class RequiresScopes:
    scopes: list[list[str]]


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description=(
        "What the field adds to the cost of a document. An object costs 1, a scalar nothing."
        " `edges` and `nodes` are counted as often as the multipliers say:"
        " page arguments (20 when absent) or the items of a list."
    ),
)
class Cost:
    weight: int = 1
    multipliers: list[str] = strawberry.field(default_factory=list)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="bounded",
    description="The list never has more items than this.",
)
class Bounded:
    max: int
