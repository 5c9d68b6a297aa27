"""The API of team."""

from ninja import Router

router = Router(tags=["team"])
