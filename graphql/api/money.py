"""An amount as the API shows and takes it."""

from decimal import Decimal

import strawberry

from api.scalar import BigInt, CurrencyCode
from api.scope import requires_any
from app.money import parse_amount, to_decimal


@strawberry.type(description="An amount of money.", directives=[requires_any()])
class Money:
    amount: Decimal = strawberry.field(
        description="In the currency's main unit, with all its decimals: “1234.50”."
    )
    currency: CurrencyCode = strawberry.field(description="ISO 4217.")
    minor_units: BigInt = strawberry.field(
        description="The same in the currency's smallest unit: 123450."
    )


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: Decimal = strawberry.field(
        description="In the currency's main unit: “1234.50”. Nothing is rounded for you."
    )
    currency: CurrencyCode = strawberry.field(description="ISO 4217.")

    def minor_units(self) -> int:
        """Raises `AmountTooPrecise` rather than round."""
        return parse_amount(format(self.amount, "f"), self.currency)


def money(amount_minor: int, currency: str) -> Money:
    return Money(
        amount=to_decimal(amount_minor, currency),
        currency=CurrencyCode(currency),
        minor_units=BigInt(amount_minor),
    )
