"""The API of clients."""

from ninja import Router

router = Router(tags=["clients"])
