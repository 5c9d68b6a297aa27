"""Rows that are named by many ids."""

from uuid import uuid4

from kinfold.domain.identity.models import Login
from kinfold.domain.kernel.one_of import OneOf

MORE_THAN_SQLITE_TAKES_VALUES = 40_000


def test_rows_are_found_by_any_number_of_ids(db: None) -> None:
    ann, ben, _ = (Login.objects.create(email=f"{name}@example.org").id for name in ("ann", "ben", "cem"))
    wanted = [ann, *(uuid4() for _ in range(MORE_THAN_SQLITE_TAKES_VALUES)), ben]
    assert set(Login.objects.filter(OneOf("id", wanted)).values_list("id", flat=True)) == {ann, ben}
    assert not Login.objects.filter(OneOf("id", [])).exists()
