"""The API as one object, and its routes."""

from __future__ import annotations

from ninja import NinjaAPI

from . import activity, adding, care, changes, clients, credentials, imports, intake, roles, statuses
from .core import Session, Token, install_error_handlers

api = NinjaAPI(
    title="Kinfold",
    version="1",
    description=(
        "People of a group practice: the team, the clients, and who may see whom. Every call runs the same commands "
        "and queries as the pages, with the same rights."
    ),
    urls_namespace="api",
    auth=[Token(), Session()],
    docs_url=None,
    openapi_url=None,
)
install_error_handlers(api)
api.add_router("", adding.router)
api.add_router("", credentials.router)
api.add_router("", roles.router)
api.add_router("", statuses.router)
api.add_router("", clients.router)
api.add_router("", changes.router)
api.add_router("", care.router)
api.add_router("", intake.router)
api.add_router("", imports.router)
api.add_router("", activity.router)
