"""The pages mailed links lead to."""

import re

import httpx
import pytest

from chassis.testing import SubgraphUnderTest


@pytest.mark.parametrize(
    ("path", "mutation", "fields"),
    [("/account/verify-email", "verifyEmail", 0), ("/account/reset-password", "resetPassword", 1)],
)
async def test_a_page_sends_the_token_only_when_it_is_told_to(
    account: SubgraphUnderTest, path: str, mutation: str, fields: int
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(account.app), base_url="http://test") as http:
        answer = await http.get(path)
        other = await http.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    [nonce] = re.findall(r'<script nonce="([\w-]+)">', answer.text)
    assert f"script-src 'nonce-{nonce}';" in policy
    assert "default-src 'none'" in policy
    assert nonce not in other.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert f"{mutation}(token: $token" in answer.text
    assert answer.text.count("<input") == fields
    assert "addEventListener('submit'" in answer.text
