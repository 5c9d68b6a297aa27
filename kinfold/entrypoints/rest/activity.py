"""The API of activity."""

from ninja import Router

router = Router(tags=["activity"])
