"""Amounts of a currency: what its smallest unit is, and rounding down to it."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal

# ISO 4217 currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_UNITS = {
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
# The default context rounds to 28 digits half-even; sums of money are cut, and never silently.
_EXACT = Context(prec=60, rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in units of the currency (not in minor units)."""

    amount: Decimal
    currency: str


def minor_units(currency: str) -> int:
    """How many digits the currency has after the point: 0 for KRW, 2 for EUR."""
    return _MINOR_UNITS.get(currency, 2)


def round_down(amount: Decimal, currency: str) -> Decimal:
    """The amount cut towards zero to the currency's minor unit."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), context=_EXACT)


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount as a count of minor units, as payment providers speak. Raises ValueError for a fraction of one."""
    scaled = amount.scaleb(minor_units(currency), context=_EXACT)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency} is not a whole number of minor units")
    return int(scaled)


def from_minor(units: int, currency: str) -> Decimal:
    """The amount that a count of minor units makes."""
    return Decimal(units).scaleb(-minor_units(currency), context=_EXACT)
