"""Queries are made ready once and kept; what is refused is not."""

import pytest

from chassis.documents import Documents, RequestRefused
from chassis.limits import Limits
from tests.chassis.sample import schema


def documents(**limits: int) -> Documents:
    return Documents(schema._schema, Limits(**limits), introspection=False)


def test_the_same_text_is_the_same_document() -> None:
    kept = documents()
    assert kept["{hello}"] is kept["{hello}"]
    assert kept["{hello} "] is not kept["{hello}"]


def test_what_is_refused_is_judged_anew_and_takes_no_place() -> None:
    kept = documents()
    for _ in range(2):
        with pytest.raises(RequestRefused) as refused:
            kept["{nope}"]
        assert refused.value.errors[0].extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}  # type: ignore[attr-defined]
    assert len(kept._kept) == 0


def test_only_so_many_documents_are_kept_the_latest_used_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.documents._KEPT_DOCUMENTS", 2)
    kept = documents()
    first, second = kept["{a:hello}"], kept["{b:hello}"]
    assert kept["{a:hello}"] is first
    kept["{c:hello}"]
    assert kept["{a:hello}"] is first
    assert kept["{b:hello}"] is not second


def test_only_so_many_characters_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.documents._KEPT_CHARACTERS", 100)
    kept = documents()
    for number in range(50):
        kept[f"{{a{number}:hello}}"]
    assert kept._characters == sum(map(len, kept._kept)) <= 100
    kept["{hello} #" + "x" * 200]
    assert len(kept._kept) == 0


def test_operations_are_found_by_name() -> None:
    document = documents()["query A{hello} mutation B{change}"]
    assert document.operation("A").kind.value == "query"
    assert document.operation("B").kind.value == "mutation"
    for name in (None, "C", ""):
        with pytest.raises(RequestRefused) as refused:
            document.operation(name)
        assert refused.value.errors[0].code == "OPERATION_RESOLUTION_FAILURE"  # type: ignore[attr-defined]
    assert documents()["query A{hello}"].operation(None).kind.value == "query"


def test_the_limits_are_those_it_was_given() -> None:
    assert documents(depth=3)["{place(id:1){neighbours{totalCount}}}"]
    with pytest.raises(RequestRefused) as refused:
        documents(depth=2)["{place(id:1){neighbours{totalCount}}}"]
    assert refused.value.errors[0].code == "QUERY_TOO_DEEP"  # type: ignore[attr-defined]
