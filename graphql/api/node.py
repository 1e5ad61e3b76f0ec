"""What has an id can be fetched by it, with the same rights as anywhere else."""

import strawberry

from api.scope import requires_any


@strawberry.interface(
    description="Something with an id that stays its own for ever.", directives=[requires_any()]
)
class Node:
    id: strawberry.ID = strawberry.field(
        description="Opaque: keep it as it is, up to 100 characters."
    )
