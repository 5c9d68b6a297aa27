"""What entries are hashed from, so that a chain can be checked by others and stays good from version to version."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.audit.trail import detail_digest

letters = st.text(st.characters(codec="utf-8"))
plain = st.none() | st.booleans() | st.integers() | letters
bodies = st.dictionaries(
    letters,
    st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(letters, inner), max_leaves=8),
)


@given(bodies)
def test_a_detail_is_hashed_as_plain_json_in_ascii_with_its_keys_in_order(body: dict[str, Any]) -> None:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    assert detail_digest("salt", body) == hashlib.sha256(f"salt\x1f{canonical}".encode()).hexdigest()


def test_a_detail_that_was_hashed_by_the_first_version_is_hashed_the_same_today() -> None:
    body = {"ünder": "\x7f\x00é", "ids": ["a", "b"], "count": 3, "none": None}
    assert detail_digest("ab", body) == "f81cf30c653f6511c7aa147b5befc62bf1f2d7b266666581b8f6fc688c05d35b"
