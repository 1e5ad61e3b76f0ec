"""What the synthetic lender lends: terms as they are common in Chinese consumer credit."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from app.loan.schedule import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    code: str
    method: Method
    # Percent a year, and numbers of instalments.
    rates: tuple[str, ...]
    counts: tuple[int, ...]
    # In yuan, in steps of the third.
    amounts: tuple[int, int, int]
    weight: float
    is_secured: bool = False


PRODUCTS = (
    ProductTerms(
        code="现金贷",
        method=Method.equal_instalment,
        rates=("14.4", "18", "21.6", "24"),
        counts=(6, 12, 12, 24),
        amounts=(3_000, 50_000, 500),
        weight=0.42,
    ),
    ProductTerms(
        code="消费分期",
        method=Method.flat,
        rates=("7.2", "9", "10.8"),
        counts=(3, 6, 12, 24),
        amounts=(800, 15_000, 100),
        weight=0.24,
    ),
    ProductTerms(
        code="信用贷",
        method=Method.equal_principal,
        rates=("8.4", "10.8", "12.6"),
        counts=(12, 24, 36),
        amounts=(20_000, 200_000, 1_000),
        weight=0.16,
    ),
    ProductTerms(
        code="车贷",
        method=Method.equal_instalment,
        rates=("5.4", "6.6", "8.4"),
        counts=(24, 36, 36),
        amounts=(40_000, 250_000, 1_000),
        weight=0.1,
        is_secured=True,
    ),
    ProductTerms(
        code="经营贷",
        method=Method.interest_only,
        rates=("6", "7.2", "9"),
        counts=(12,),
        amounts=(50_000, 500_000, 5_000),
        weight=0.06,
    ),
    ProductTerms(
        code="短期周转",
        method=Method.bullet,
        rates=("12", "15.6"),
        counts=(1, 3, 6),
        amounts=(5_000, 60_000, 1_000),
        weight=0.02,
    ),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    product: ProductTerms
    principal_minor: int
    annual_rate: Decimal
    instalment_count: int


_RATES = {rate: Decimal(rate) for product in PRODUCTS for rate in product.rates}


def draw_terms(draw: Random, instalments: int | None) -> Drawn:
    """With a fixed number of instalments every loan has as many rows."""
    random = draw.random
    product = _drawn_product(random(), fixed=instalments is not None)
    low, high, step = product.amounts
    # Small loans are many, large ones few.
    amount = low + int(random() ** 2 * ((high - low) // step + 1)) * step
    rate = product.rates[int(random() * len(product.rates))]
    count = instalments or product.counts[int(random() * len(product.counts))]
    return Drawn(product, amount * 100, _RATES[rate], count)


def _drawn_product(point: float, *, fixed: bool) -> ProductTerms:
    for product in PRODUCTS:
        if point < product.weight and not (fixed and product.method is Method.bullet):
            return product
        point -= product.weight
    return PRODUCTS[0]
