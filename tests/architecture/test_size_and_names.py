"""Modules one can hold in the head, and names that say something."""

import ast
import re

from tests.architecture.source import at, modules, tree_of

LONGEST_FUNCTION, LONGEST_MODULE = 40, 300
LAYERS = {"service", "services", "utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
EMPTY_WORDS = re.compile(r"(Manager|Helper|Processor|Impl|Util|Utils)$|^(Abstract|Base)[A-Z]")


def test_no_module_is_longer_than_one_can_hold_in_the_head() -> None:
    lengths = {at(file): len(file.read_text().splitlines()) for file in modules()}
    assert {where: length for where, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{at(file, node)} {node.name}": node.end_lineno - node.lineno + 1
        for file in modules()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_module_is_named_after_a_layer() -> None:
    assert [at(file) for file in modules("subgraphs") if file.stem in LAYERS] == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    empty = [
        f"{at(file, node)} {node.name}"
        for file in modules()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name)
    ]
    assert empty == []


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    assert [at(file) for file in modules() if not ast.get_docstring(tree_of(file))] == []


def test_nothing_is_left_open() -> None:
    open_ends = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    assert [at(file) for file in modules() if open_ends.search(file.read_text())] == []
