"""Which browser the tests get: a named one, one of this machine, or our own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from stack.browser.__main__ import HERE, LOCK, main
from stack.browser.found import Browser, find_browser, own_browser
from stack.errors import StackError
from stack.layout import Layout

NewProgram = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path) -> NewProgram:
    def make(name: str, says: str = "echo Chromium 1") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{says}\n")
        file.chmod(0o755)
        return file

    return make


def test_one_that_is_named_comes_first(tmp_path: Path, program: NewProgram) -> None:
    program("path/chromium")
    named = program("named")
    environment = {"CHROMIUM_BIN": str(named), "PATH": str(tmp_path / "path")}
    assert find_browser(tmp_path, environment) == Browser(named)


def test_a_name_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"^CHROMIUM_BIN names /nowhere, which is not a program$"):
        find_browser(tmp_path, {"CHROMIUM_BIN": "/nowhere"})


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_one_on_the_path_is_taken_before_our_own(tmp_path: Path, program: NewProgram, name: str) -> None:
    program("own/chromium")
    found = program(f"path/{name}")
    assert find_browser(tmp_path / "own", {"PATH": f"{tmp_path}/path:/bin"}) == Browser(found)


def test_a_file_that_only_says_where_to_get_one_is_none(tmp_path: Path, program: NewProgram) -> None:
    program("path/chromium-browser", "echo install the package; exit 1")
    assert find_browser(tmp_path / "own", {"PATH": f"{tmp_path}/path:/bin"}) is None


def test_our_own_runs_on_what_came_with_it(tmp_path: Path, program: NewProgram) -> None:
    program("own/chromium")
    found = find_browser(tmp_path / "own", {"PATH": "/bin"})
    assert found == own_browser(tmp_path / "own")
    assert found.environment == {
        "LD_LIBRARY_PATH": f"{tmp_path}/own/al2023/lib",
        "FONTCONFIG_PATH": f"{tmp_path}/own/fonts",
    }


def test_it_is_pinned_without_an_address() -> None:
    lock = (HERE / LOCK).read_text()
    assert '"integrity"' in lock
    assert "http" not in lock


def test_nothing_is_installed_where_there_is_one(program: NewProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program("chromium")
    monkeypatch.setenv("CHROMIUM_BIN", str(named))
    monkeypatch.setattr("stack.browser.__main__._install", lambda _: pytest.fail("it was installed"))
    assert main() == 0


async def test_our_own_shows_hangul(tmp_path: Path) -> None:
    """What a font does not have is shown as the same box, whatever it is."""
    own = find_browser(Layout().browser, {"PATH": ""})
    if own is None:
        pytest.skip("there is no Chromium of our own here: `make browser` gets it")
    async with async_playwright() as playwright:
        environment = {**os.environ, **own.environment, "HOME": str(tmp_path)}
        browser = await playwright.chromium.launch(executable_path=own.program, env=environment)
        page = await browser.new_page()
        seen = []
        for syllable in "저기어때힣":
            await page.set_content(f'<p lang="ko" style="font: 40px sans-serif">{syllable}</p>')
            seen.append(await page.screenshot())
        await browser.close()
    assert len(set(seen)) == len(seen)
