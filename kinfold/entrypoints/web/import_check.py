"""The page on which columns are matched and rows looked at, and what all pages of imports say of a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse

from kinfold.domain.access.actors import Actor
from kinfold.domain.imports.previewing import PreviewRow, PreviewRows, View, preview_rows
from kinfold.domain.imports.queries import (
    Column,
    GetUploadRules,
    ImportCheck,
    ImportSummary,
    get_upload_rules,
)

from . import pages
from .client_forms import SEXES
from .jinja import full_day, phone

_VIEWS: Final = ("problems", "ready", "bad", "duplicates", "updates")
_SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# What the pages call those whom a file brings, where they then are, and the page of one.
WORDS: Final = {
    "clients": {
        "title": "Import clients",
        "one": "client",
        "several": "clients",
        "success": "Success! Clients have been created!",
        "now": "now on the Clients table",
        "see": "See clients",
        "list": "manage-clients",
    },
    "members": {
        "title": "Import team members",
        "one": "team member",
        "several": "team members",
        "success": "Success! Team Members have been created!",
        "now": "now on the team",
        "see": "See the team",
        "list": "team",
    },
}


def show_check(request: HttpRequest, actor: Actor, found: ImportCheck) -> HttpResponse:
    """How a file's columns are matched, and what the check says of its rows."""
    rules = get_upload_rules(actor, GetUploadRules(whom=found.summary.whom))
    asked = request.GET.get("view", "")
    view = cast("View", asked if asked in _VIEWS else "problems")
    start = request.GET.get("start", "")
    preview = preview_rows(
        actor,
        PreviewRows(
            import_id=found.summary.id,
            view=view,
            start=int(start) if start.isascii() and start.isdecimal() and len(start) < 8 else 0,
        ),
    )
    mapped = {column.field for column in found.columns}
    labels = dict(rules.fields)
    summary = found.summary
    end = preview.start + len(preview.rows)
    context = {
        "job": {
            **job(summary),
            "read_as": _read_as(found),
        },
        "sheet": found.sheet,
        "sheets": found.sheets,
        "last_match": found.remembered,
        "columns": [_column(column) for column in found.columns],
        "fields": rules.fields,
        "problems": found.problems,
        "notes": [text for text in (summary.problem, *found.notes) if text],
        "date_order": found.date_order,
        "short_years": found.short_years,
        "mode": summary.mode,
        "erase": found.erase,
        "changed": [(labels.get(name, name), count) for name, count in found.fields_changed.items()],
        "unchanged": summary.unchanged,
        "counts": {
            "ready": summary.ready,
            "bad": summary.bad,
            "duplicates": summary.duplicates,
            "updates": summary.updates,
        },
        "used": sum(column.field is not None for column in found.columns),
        "view": view,
        "heads": [(name, label) for name, label in rules.fields if name in mapped],
        "preview": [_shown(row, summary.whom, labels) for row in preview.rows],
        "first": preview.start + 1 if preview.rows else 0,
        "last": end,
        "total": preview.total,
        "next_start": end if end < preview.total else None,
        "previous_start": max(preview.start - len(preview.rows), 0) if preview.start else None,
        "can_apply": summary.state == "ready"
        and bool(summary.ready or summary.duplicates or summary.updates),
    }
    return pages.page(request, "pages/imports/check.html", context)


def _read_as(found: ImportCheck) -> str:
    if found.sheet:
        return found.encoding
    return f"{found.encoding}, {_SEPARATORS.get(found.delimiter, 'other signs')}"


def _column(column: Column) -> dict[str, Any]:
    note = ""
    if column.field == column.suggested:
        note = column.note or ("" if column.sure else "A guess from the values")
    return {
        "index": column.index,
        "header": column.heading,
        "samples": ", ".join(column.samples),
        "shown": column.shown,
        "field": column.field or "",
        "note": note,
    }


def _shown(row: PreviewRow, whom: str, labels: Mapping[str, str]) -> dict[str, Any]:
    plain = row.kind == "bad" or whom == "members"
    return {
        "line": row.line,
        "kind": row.kind,
        "cells": row.cells if plain else {name: _readable(name, text) for name, text in row.cells.items()},
        "errors": row.reasons,
        "reason": row.reason,
        "changes": [
            (
                labels.get(change.field, change.field),
                _readable(change.field, change.was),
                _readable(change.field, change.becomes),
            )
            for change in row.changes
        ],
    }


def _readable(field: str, text: str) -> str:
    """A stored value as people read it."""
    if not text:
        return ""
    if field == "birth_date":
        return full_day(date.fromisoformat(text))
    if field in {"phone", "emergency_phone", "guardian_phone"}:
        return phone(text)
    return SEXES.get(text, text) if field == "sex_at_birth" else text


def job(summary: ImportSummary) -> dict[str, Any]:
    """An import as its pages name it."""
    return {
        "id": summary.id,
        "whom": summary.whom,
        "words": WORDS[summary.whom],
        "file_name": summary.file_name,
        "rows": summary.rows,
    }
