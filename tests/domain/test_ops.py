"""The op's bytes and the heads rule, against a model written apart."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.reference_model import state
from vpr_desktop.domain.ops import Held, NotAnOp, canonical, fold, op_hash, read_op


def op(id: str, sets: dict[str, Any], base: dict[str, list[str]] | None = None, **more: Any) -> dict[str, Any]:
    made = {
        "v": 1, "op": id, "st": "s", "et": "incident", "ei": "e", "set": sets, "base": base or {}, "by": "u",
        "dev": "d", "dn": [1, int(id.strip("o") or 0)], "sa": "x", "at": "t", "sch": 1,
    }  # fmt: skip
    return {**made, **more}


def held(*ops: dict[str, Any], seq: dict[str, int] | None = None) -> list[Held]:
    return [Held(o["op"], (seq or {}).get(o["op"]), o["dn"][0], o["dn"][1], o) for o in ops]


def test_one_head_is_the_value() -> None:
    folded = fold(held(op("o1", {"effect": "MIN"}), op("o2", {"effect": "SER"}, {"effect": ["o1"]})))
    assert folded.values == {"effect": "SER"}
    assert folded.heads == {"effect": ["o2"]}
    assert not folded.clashes


def test_two_different_heads_are_a_clash_and_both_stay() -> None:
    folded = fold(held(op("o1", {"f": "a"}), op("o2", {"f": "b"}, {"f": ["o1"]}), op("o3", {"f": "c"}, {"f": ["o1"]})))
    assert set(folded.heads["f"]) == {"o2", "o3"}
    assert folded.clashes == {"f"}


def test_two_equal_heads_are_one_value_that_the_next_op_names_both() -> None:
    folded = fold(held(op("o1", {"f": "a"}), op("o2", {"f": "a"})))
    assert len(folded.heads["f"]) == 2
    assert not folded.clashes


def test_true_is_not_one() -> None:
    assert fold(held(op("o1", {"f": True}), op("o2", {"f": 1}))).clashes == {"f"}


def test_three_heads_of_which_two_are_settled_leave_two() -> None:
    ops = [op(f"o{i}", {"f": i}) for i in (1, 2, 3)]
    folded = fold(held(*ops, op("o4", {"f": 9}, {"f": ["o1", "o2"]})))
    assert set(folded.heads["f"]) == {"o3", "o4"}


def test_a_ring_of_bases_loses_no_value() -> None:
    folded = fold(held(op("o1", {"f": 1}, {"f": ["o2"]}), op("o2", {"f": 2}, {"f": ["o1"]})))
    assert set(folded.heads["f"]) == {"o1", "o2"}


def test_an_erased_op_keeps_its_place_whether_held_or_not() -> None:
    first, second = op("o1", {"f": "a"}), op("o2", {"f": "b"}, {"f": ["o1"]})
    eraser = op("o3", {}, {"f": ["o1"]}, er={"op": "o2", "f": ["f"]})
    with_target, without = fold(held(first, second, eraser)), fold(held(first, eraser))
    assert with_target.heads == without.heads == {"f": ["o2"]}
    assert with_target.values == {"f": {"erased": True}}


def test_the_highest_number_is_shown_and_an_unsent_op_is_above_all() -> None:
    ops = [op("o1", {"f": "a"}), op("o2", {"f": "b"}), op("o3", {"f": "c"})]
    assert fold(held(*ops, seq={"o1": 9, "o2": 4, "o3": 7})).values == {"f": "a"}
    assert fold(held(*ops, seq={"o1": 9, "o2": 4})).values == {"f": "c"}


def test_sealed_values_always_count_as_different() -> None:
    sealed = {"kid": "k", "ct": "x"}
    assert fold(held(op("o1", {"f": sealed}), op("o2", {"f": sealed}))).clashes == {"f"}


def random_history(seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    ops: list[dict[str, Any]] = []
    for i in range(1, draw.randint(2, 9)):
        fields = draw.sample("abc", draw.randint(1, 2))
        ids = [o["op"] for o in ops] + [f"o{i + 1}"]
        base = {f: draw.sample(ids, draw.randint(0, min(2, len(ids)))) for f in fields}
        if ops and draw.random() < 0.15:
            target = draw.choice(ops)
            ops.append(op(f"o{i}", {}, target["base"], er={"op": target["op"], "f": sorted(target["set"])}))
        else:
            ops.append(op(f"o{i}", {f: draw.choice([0, 1, True, "x"]) for f in fields}, base))
    return ops


@pytest.mark.parametrize("block", range(20))
def test_any_order_and_repeats_give_what_the_model_gives(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        ops = random_history(seed)
        expected = state(ops)
        draw = random.Random(seed)
        shuffled = ops + draw.sample(ops, len(ops) // 2)
        draw.shuffle(shuffled)
        folded = fold(held(*shuffled))
        assert {f: (frozenset(h), f in folded.clashes) for f, h in folded.heads.items()} == expected, seed


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_what_was_written_is_read_back_byte_for_byte(value: Any) -> None:
    try:
        raw = canonical(op("o1", {"f": value}))
    except UnicodeEncodeError:
        return
    assert canonical(read_op(raw)) == raw
    assert len(op_hash(raw)) == 32


GOOD = canonical(op("o1", {"f": "a"}))


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.replace(b'"v":1', b'"v": 1'),
        GOOD.replace(b'"v":1', b'"v":1,"v":1'),
        GOOD.replace(b'"sch":1', b'"sch":1.0'),
        GOOD.replace(b'"sch":1', b'"sch":NaN'),
        GOOD.replace(b'"sch":1', b'"sch":true'),
        GOOD.replace(b'"v":1', b'"v":2'),
        GOOD.replace(b'"a"', b'"\\u0061"'),
        GOOD + b" ",
        GOOD[:-1],
        b"[" * 100_000,
        b'"' + b"x" * 300_000 + b'"',
        b"\xff",
    ],
)
def test_anything_not_canonical_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAnOp):
        read_op(raw)


def test_an_erased_op_whose_bytes_are_gone_folds_as_where_it_is_held() -> None:
    first, second = op("o1", {"f": "a"}), op("o2", {"f": "b"}, {"f": ["o1"]})
    eraser = op("o3", {}, {"f": ["o1"]}, er={"op": "o2", "f": ["f"]})
    stub = Held("o2", None, 1, 2, None)
    assert fold([*held(first, eraser), stub]) == fold(held(first, second, eraser))
