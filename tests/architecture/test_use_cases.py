"""Every command and query keeps the naming contract, and everything it records has words (ARCHITECTURE section 3).

Nothing is listed here by hand: what registers at a door, what the source records and what Django knows as a model
of a practice is looked at as it is.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.query import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import USE_CASES, UseCase
from kinfold.domain.access.permissions import NEEDS, Area, Permission
from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.audit.sentences import SENTENCES
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantKey, TenantRow
from tests.architecture.source import import_whole_domain, loaded_by, trees

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
# Past forms that do not end in "ed".
IRREGULAR = {"begun", "resent", "sent", "undone"}


def use_cases() -> list[UseCase]:
    """What registered at the doors, without what tests put there."""
    import_whole_domain()
    return [case for case in USE_CASES.values() if case.function.__module__.startswith("kinfold.")]


def data_type(case: UseCase) -> Any:
    """The type of what a use case is given."""
    return typing.get_type_hints(case.function).get("data")


def is_plain_data(hint: Any) -> bool:
    """Whether a type is a frozen dataclass whose fields are given by name."""
    return (
        dataclasses.is_dataclass(hint)
        and hint.__dataclass_params__.frozen  # type: ignore[union-attr]
        and all(field.kw_only for field in dataclasses.fields(hint))
    )


def types_within(hint: Any, seen: set[Any] | None = None) -> Iterator[Any]:
    """A type, and the types that it is made of, through unions, tuples and fields of dataclasses."""
    seen = set() if seen is None else seen
    if repr(hint) in seen:
        return
    seen.add(repr(hint))
    yield hint
    for part in typing.get_args(hint):
        yield from types_within(part, seen)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        for part in typing.get_type_hints(hint).values():
            yield from types_within(part, seen)


# --- the contract of a use case -----------------------------------------------------------------------------------


def test_there_are_use_cases_of_both_kinds() -> None:
    assert {case.kind for case in use_cases()} == {"command", "query"}


def test_every_use_case_takes_the_actor_and_one_piece_of_data() -> None:
    wrong = []
    for case in use_cases():
        names = list(inspect.signature(case.function).parameters)
        hints = typing.get_type_hints(case.function)
        if names != ["actor", "data"] or hints["actor"] is not Actor:
            wrong.append((case.name, names))
    assert wrong == []


def test_every_piece_of_data_is_a_frozen_dataclass_named_like_the_verb() -> None:
    wrong = []
    for case in use_cases():
        hint = data_type(case)
        if hint is type(None):
            continue
        name = "".join(part.capitalize() for part in case.function.__name__.split("_"))
        if not is_plain_data(hint) or hint.__name__ != name:
            wrong.append((case.name, getattr(hint, "__name__", str(hint))))
    assert wrong == []


def test_every_use_case_and_its_data_say_what_they_are_for() -> None:
    silent = [case.name for case in use_cases() if not inspect.getdoc(case.function)]
    # A dataclass without a docstring gets its own signature as one.
    silent += [
        f"{case.name}: {hint.__name__}"
        for case in use_cases()
        if (hint := data_type(case)) is not type(None)
        and (hint.__doc__ or "").startswith(f"{hint.__name__}(")
    ]
    assert silent == []


def test_no_use_case_hands_out_rows_of_the_database() -> None:
    leaking = []
    for case in use_cases():
        answer = typing.get_type_hints(case.function)["return"]
        for part in types_within(answer):
            kind = typing.get_origin(part) or part
            if part is Any or (isinstance(kind, type) and issubclass(kind, (models.Model, QuerySet))):
                leaking.append((case.name, str(part)))
    assert leaking == []


# --- permissions --------------------------------------------------------------------------------------------------


def permissions_named(folder: str, *, without: set[str]) -> set[str]:
    """The names of the permissions that modules of a folder name, as in Permission.CLIENTS_CHART."""
    return {
        node.attr
        for path, tree in trees(folder).items()
        if path.removeprefix("kinfold/domain/") not in without
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Permission"
    }


def test_every_permission_guards_something() -> None:
    """It opens a door, or decides inside one what is seen (the grounds of visibility, everybody's activity)."""
    at_doors = {case.permission.name for case in use_cases() if case.permission}
    # What only defines permissions, spreads them over roles or groups them for the menu guards nothing.
    defining = {"access/permissions.py", "access/roles.py", "access/actors.py"}
    assert set(Permission.__members__) - at_doors - permissions_named("domain", without=defining) == set()


def test_every_permission_has_a_sentence_and_what_it_needs_exists() -> None:
    assert [p for p in Permission if not re.fullmatch(r"[A-Z].*\.", p.sentence)] == []
    assert {p for needed in NEEDS.values() for p in needed} | set(NEEDS) <= set(Permission)
    assert len({p.sentence for p in Permission}) == len(Permission)


def test_every_permission_has_a_name_of_its_own_under_a_heading() -> None:
    assert [p for p in Permission if not re.fullmatch(r"[A-Z][^.]{3,39}", p.label)] == []
    assert len({p.label for p in Permission}) == len(Permission)
    assert {p.area for p in Permission} <= set(Area)


# --- evidence -----------------------------------------------------------------------------------------------------


def actions_recorded() -> dict[str, set[str]]:
    """Each action that the source records, and where: the one given to record(…) or Event(…)."""
    found: dict[str, set[str]] = {}
    for path, tree in trees().items():
        if path == "kinfold/domain/audit/trail.py" or not names_the_trail(tree):
            continue  # the trail passes on what it is given
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            for call in calls(function, "record", "trail.record"):
                for action in possible(argument(call, 1, "action"), function, tree):
                    found.setdefault(action, set()).add(f"{path}:{call.lineno}")
            for call in calls(function, "Event", "trail.Event"):
                for action in possible(argument(call, 0, "action"), function, tree):
                    found.setdefault(action, set()).add(f"{path}:{call.lineno}")
    return found


def calls(within: ast.AST, *names: str) -> list[ast.Call]:
    """The calls of a function by any of its names."""
    return [n for n in ast.walk(within) if isinstance(n, ast.Call) and ast.unparse(n.func) in names]


def argument(call: ast.Call, position: int, name: str) -> ast.expr:
    """What a call gives for one parameter."""
    if len(call.args) > position:
        return call.args[position]
    return next(keyword.value for keyword in call.keywords if keyword.arg == name)


def possible(node: ast.expr, function: ast.FunctionDef, tree: ast.Module) -> list[str]:
    """The strings an expression may be: a literal, a choice, a local name, or a parameter of a helper."""
    if isinstance(node, ast.IfExp):
        return possible(node.body, function, tree) + possible(node.orelse, function, tree)
    if not isinstance(node, ast.Name):
        return [str(ast.literal_eval(node))]
    parameters = [parameter.arg for parameter in function.args.args]
    if node.id in parameters:
        position = parameters.index(node.id)
        given = [argument(call, position, node.id) for call in calls(tree, function.name)]
    else:
        given = [
            assigned.value
            for assigned in ast.walk(function)
            if isinstance(assigned, ast.Assign) and ast.unparse(assigned.targets[0]) == node.id
        ]
    assert given, f"{function.name} records what cannot be found by reading it"
    return [action for expression in given for action in possible(expression, function, tree)]


def is_past(verb: str) -> bool:
    """Whether a verb tells what was done: "changed", "switched_on"."""
    said = verb.removesuffix("_on").removesuffix("_off")
    return said.endswith("ed") or said in IRREGULAR


def names_the_trail(tree: ast.Module) -> bool:
    """Whether a module imports the trail, or something from it."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(
        f"{node.module}.{alias.name}".startswith("kinfold.domain.audit.trail")
        for node in imports
        for alias in node.names
    )


def test_every_action_is_a_thing_and_what_was_done_to_it() -> None:
    wrong = [
        (action, where)
        for action, where in actions_recorded().items()
        if not ACTION.fullmatch(action) or not is_past(action.rpartition(".")[2])
    ]
    assert wrong == []


def test_every_action_has_its_words_and_no_words_are_left_over() -> None:
    import_whole_domain()
    recorded = actions_recorded()
    assert {action: where for action, where in recorded.items() if action not in SENTENCES} == {}
    assert set(SENTENCES) - set(recorded) == set()


def test_the_web_server_has_the_words_of_what_only_the_worker_does() -> None:
    """The page of the activity is drawn by a process that never runs what the clock starts."""
    apps = [path.removesuffix(".py").replace("/", ".") for path in trees() if path.endswith("/apps.py")]
    server = loaded_by("kinfold.entrypoints.web.urls", "kinfold.entrypoints.rest.urls", *apps)
    speaking = {path for path, tree in trees("domain").items() if calls(tree, "says")}
    assert "kinfold/domain/credentials/commands/reminding.py" in speaking
    assert speaking - server == set()


def test_every_command_that_changes_something_records_it_under_its_own_package() -> None:
    """A trail of its own would be a second truth: nothing but the trail writes entries."""
    writers = [
        path
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and ast.unparse(node.value) in {"AuditEntry.objects", "AuditDetail.objects", "AuditHead.objects"}
        and node.attr in {"create", "bulk_create", "update", "delete", "get_or_create", "update_or_create"}
    ]
    assert set(writers) == {"kinfold/domain/audit/trail.py"}


# --- tables of a practice -----------------------------------------------------------------------------------------


def tenant_models() -> list[type[models.Model]]:
    """Every table whose rows belong to a practice."""
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, TenantRow)]


def links(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """The links from a table to another table of the practice."""
    return [
        field
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and issubclass(field.remote_field.model, TenantRow)
    ]


def test_every_table_that_carries_a_practice_is_a_tenant_table() -> None:
    carrying = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if any(field.name == "practice" for field in model._meta.get_fields())
    }
    # Who signs in has not entered a practice yet: the seat says which one it is.
    assert carrying == {model._meta.label for model in tenant_models()} | {"team.Seat"}


def test_every_tenant_table_is_read_inside_a_practice_only() -> None:
    unguarded = [
        model._meta.label
        for model in tenant_models()
        if model._meta.base_manager_name != "objects"
        or [manager.name for manager in model._meta.managers] != ["objects"]
    ]
    assert unguarded == []


def first_of(key: models.UniqueConstraint) -> str:
    """The first field of a key, also of one that is written as expressions."""
    if key.fields:
        return key.fields[0]
    [first, *_] = key.expressions
    return getattr(first, "name", "")


def test_every_key_and_index_of_a_tenant_table_starts_with_the_practice() -> None:
    wrong = []
    for model in tenant_models():
        label = model._meta.label
        wrong += [
            f"{label}: {key.name}"
            for key in model._meta.constraints
            if isinstance(key, models.UniqueConstraint) and first_of(key) != "practice"
        ]
        wrong += [
            f"{label}: {index.name}" for index in model._meta.indexes if index.fields[:1] != ["practice"]
        ]
        wrong += [
            f"{label}.{field.name}"
            for field in model._meta.concrete_fields
            if field.unique and not (field.primary_key and field.name == "id")
        ]
        primary = model._meta.pk
        if isinstance(primary, models.CompositePrimaryKey):
            wrong += [f"{label}: primary key"] if primary.field_names[0] != "practice" else []
        elif not isinstance(primary, models.UUIDField):
            wrong.append(f"{label}: primary key")
    assert wrong == []


# Who did something comes from the door, and whom a client had from the client, whose own link is held: never from a
# request. Of a thousand reassigned at once, each would be looked up again.
KNOWN_BY_THE_DOOR = {
    "clients.Assignment.made_by",
    "clients.Assignment.ended_by",
    "clients.ChosenClient.member",
    "clients.ChosenClient.change_set",  # written in the same transaction
    "clients.Client.made_in",  # likewise
    "clients.Client.primary",  # follows the tie (clients/ties.py), whose link to the member is held
}
# Entries are only ever written behind the head of their chain, which is locked for it and whose practice was looked up.
BEHIND_THE_HEAD = {AuditEntry, AuditDetail}


def test_links_inside_a_practice_cannot_leave_it() -> None:
    wrong = []
    for model in tenant_models():
        held = {c.field for c in model._meta.constraints if isinstance(c, TenantKey)}
        for field in links(model):
            name = f"{model._meta.label}.{field.name}"
            if not isinstance(field, TenantForeignKey):
                wrong.append(f"{name} is not a TenantForeignKey")
            if field.name not in held and name not in KNOWN_BY_THE_DOOR:
                wrong.append(f"{name} has no TenantKey")
            if field.remote_field.on_delete not in {models.PROTECT, models.CASCADE, models.RESTRICT}:
                wrong.append(f"{name} forgets what it linked to")
        wrong += [f"{model._meta.label}.{field.name} is many-to-many" for field in model._meta.many_to_many]
    assert wrong == []


def test_a_row_whose_practice_is_not_looked_up_hangs_on_one_whose_practice_was() -> None:
    unheld = []
    for model in tenant_models():
        looked_up = {
            field.name: field.db_constraint for field in model._meta.fields if hasattr(field, "db_constraint")
        }
        held = any(not field.null for field in links(model)) or model in BEHIND_THE_HEAD
        if not looked_up["practice"] and not held:
            unheld.append(model._meta.label)
    assert unheld == []


def test_nothing_outside_a_practice_links_into_one() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if not issubclass(model, TenantRow)
        for field in links(model)
    ]
    assert wrong == []
