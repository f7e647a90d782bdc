"""Nobody is a principal too, and stays nobody."""

import dataclasses

import pytest

from chassis.errors import Unauthenticated
from chassis.principal import ANONYMOUS, Principal, Role
from tests.chassis.tokens import USER


def test_somebody_has_an_id() -> None:
    assert Principal(USER, Role.GUEST).require_user() == USER


def test_nobody_has_none_and_is_asked_to_sign_in() -> None:
    with pytest.raises(Unauthenticated) as refused:
        ANONYMOUS.require_user()
    assert refused.value.extensions == {"code": "UNAUTHENTICATED"}


def test_a_principal_can_not_be_made_somebody_else() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANONYMOUS.role = Role.ADMIN  # type: ignore[misc]
