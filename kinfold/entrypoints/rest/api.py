"""The API as one object, and its routes."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from . import (
    activity,
    adding,
    billing,
    care,
    changes,
    client_invitations,
    client_views,
    clients,
    credentials,
    exports,
    imports,
    intake,
    merging,
    own,
    records,
    registration,
    roles,
    statuses,
)
from .core import PROBLEM_TYPE, ProblemDetails, Session, Token, install_error_handlers


class KinfoldApi(NinjaAPI):
    """Describes, besides what its handlers answer, how each of them refuses."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The description with refusals in it: a problem document for every status from 400 to 499 (RFC 9457)."""
        schema = super().get_openapi_schema(**options)
        known = schema["components"]["schemas"]
        problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        known.update(problem.pop("$defs"))
        known["ProblemDetails"] = problem
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {PROBLEM_TYPE: answer["content"]["application/json"]}
                operation["responses"]["4XX"] = REFUSAL
        return schema


REFUSAL = {
    "description": "A refusal: nothing was done, and `detail` says why",
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
}

api = KinfoldApi(
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
# Addresses are looked through in this order, and those of clients are asked for most.
api.add_router("", clients.router)
api.add_router("", adding.router)
api.add_router("", credentials.router)
api.add_router("", roles.router)
api.add_router("", statuses.router)
api.add_router("", client_views.router)
api.add_router("", merging.router)
api.add_router("", registration.router)
api.add_router("", changes.router)
api.add_router("", records.router)
api.add_router("", care.router)
api.add_router("", billing.router)
api.add_router("", intake.router)
api.add_router("", client_invitations.router)
api.add_router("", own.router)
api.add_router("", imports.router)
api.add_router("", exports.router)
api.add_router("", activity.router)
