"""What is asked of a payment provider, and how it can fail.

ProviderError
├── ProviderAway        nobody knows whether it was done: to be asked again, under the same key
└── ProviderRefused     it was not done; `kind` is the provider's word for why
    ├── NothingToClose  no account number waits for a deposit
    └── NeverPossible   nor would it be if it were asked again
"""

from decimal import Decimal
from typing import Protocol
from uuid import UUID

from .snapshot import Cancellation, RefundAccount, Snapshot


class ProviderError(Exception):
    pass


class ProviderAway(ProviderError):
    pass


class ProviderRefused(ProviderError):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class NothingToClose(ProviderRefused):
    pass


class NeverPossible(ProviderRefused):
    pass


class Provider(Protocol):
    """Every write carries a key: the same key is the same deed, however often it is sent."""

    async def read(self, payment_id: UUID) -> Snapshot: ...

    async def cancel(
        self,
        payment_id: UUID,
        *,
        key: str,
        amount: Decimal,
        currency: str,
        cancellable: Decimal,
        reason: str,
        account: RefundAccount | None,
    ) -> Cancellation: ...

    async def close_account(self, payment_id: UUID, *, key: str) -> None: ...
