"""The description of the API: as OpenAPI for programs, and as a page for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.views.decorators.http import require_GET

_METHODS = ("get", "post", "patch", "put", "delete")


@cache
def _schema() -> dict[str, Any]:
    """The same as long as the program runs; making it takes a third of a second."""
    from .api import api

    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """The API as OpenAPI 3.1."""
    return JsonResponse(_schema())


@require_GET
def readable(request: HttpRequest) -> HttpResponse:
    """The same description as a page, without a script from anywhere."""
    schema = _schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                tag = (operation.get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append(_operation(address, method, operation, schema))
    template = engines["jinja2"].env.get_template("pages/api_docs.html")  # type: ignore[attr-defined]
    return HttpResponse(template.render({"info": schema["info"], "groups": groups}))


def _operation(
    address: str, method: str, operation: dict[str, Any], schema: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    fields: list[dict[str, Any]] = []
    for content in body.values():
        fields.extend(_fields(content.get("schema", {}), schema))
    return {
        "method": method.upper(),
        "path": address,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": p["name"],
                "in": p["in"],
                "required": p.get("required", False),
                "about": p.get("description", "") or p.get("schema", {}).get("description", ""),
            }
            for p in operation.get("parameters", [])
        ],
        "fields": fields,
        "answers": sorted(map(str, operation.get("responses", {}))),
    }


def _fields(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    name = node.get("$ref", "").rpartition("/")[2]
    model = schema["components"]["schemas"].get(name, node)
    required = set(model.get("required", ()))
    return [
        {
            "name": key,
            "required": key in required,
            "type": _type(value),
            "about": value.get("description", ""),
        }
        for key, value in model.get("properties", {}).items()
    ]


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if "anyOf" in value:
        return " or ".join(_type(option) for option in value["anyOf"])
    if value.get("type") == "array":
        return f"list of {_type(value.get('items', {}))}"
    return str(value.get("format") or value.get("type", "any"))
