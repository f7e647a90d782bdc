"""The page speaks the language of its browser, and all of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Page, expect

from chassis.ids import uuid7
from subgraphs.payment.checkout.states import CheckoutState
from subgraphs.payment.checkout.words import ENGLISH, KOREAN, Words, words_for
from subgraphs.payment.ledger.tables import PaymentMethod
from tests.payment.checkout.conftest import DESK
from tests.payment.world import World


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", ENGLISH),
        ("ko-KR,ko;q=0.9,en-US;q=0.8", KOREAN),
        ("en-US,en;q=0.9,ko;q=0.8", ENGLISH),
        ("ja, ko;q=0.5", KOREAN),
        ("en;q=0.1, KO;q=0.2", KOREAN),
        ("ko;q=0, fr", ENGLISH),
        ("ko;q=nonsense, *", ENGLISH),
    ],
)
def test_the_language_is_the_one_a_browser_likes_best(header: str, words: Words) -> None:
    assert words_for(header) is words


@pytest.mark.parametrize("words", [ENGLISH, KOREAN])
def test_each_language_has_a_word_for_everything(words: Words) -> None:
    assert words.said.keys() == set(CheckoutState)
    assert words.methods.keys() == {method.value for method in PaymentMethod}
    assert words.labels.keys() == ENGLISH.labels.keys()
    assert words.spoken.keys() == ENGLISH.spoken.keys()


async def test_a_korean_browser_is_spoken_to_in_korean(
    world: World, open_page: Callable[..., AbstractAsyncContextManager[Page]]
) -> None:
    payment_id = await world.open()
    async with open_page(**DESK, locale="ko-KR") as page:
        await page.goto(f"{world.service.settings.public_url}/checkout/{payment_id}")
        await expect(page.get_by_role("status")).to_contain_text("까지 결제해 주세요.")
        await page.get_by_label("간편결제").check()
        await page.get_by_role("button", name="결제하기").click()
        await page.frame_locator("iframe").get_by_role("button", name="Close").click()
        await expect(page.get_by_role("status")).to_have_text(KOREAN.spoken["nothingPaid"])
        await page.get_by_role("button", name="결제하기").click()
        await page.frame_locator("iframe").get_by_role("button", name="Pay", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("결제되었습니다. 감사합니다!")


async def test_what_is_missing_is_missing_in_korean_too(world: World) -> None:
    missing = await world.http.get(f"/checkout/{uuid7()}", headers={"accept-language": "ko"})
    assert missing.status_code == 404
    assert "결제를 찾을 수 없습니다." in missing.text
