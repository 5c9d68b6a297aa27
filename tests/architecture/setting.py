"""What is put on the stage before anything is played: one of each thing, also at Birch House."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client as Browser

from kinfold.domain.kernel import clock
from tests.architecture.routes import PEOPLE
from tests.architecture.stage import Stage
from tests.architecture.things.accounts import account_things
from tests.architecture.things.clients import (
    add_session,
    change_things,
    client_things,
    leaving_things,
    shared_view,
)
from tests.architecture.things.imports import import_things, upload
from tests.architecture.things.registration import registration_things
from tests.architecture.things.team import lost_mail, own_invitation, team_things
from tests.personas import PASSWORD, build_cast


def set_stage() -> Stage:
    """The cast, and one of each thing."""
    cast = build_cast()
    stage = Stage(
        cast,
        Browser(),
        {
            "password": PASSWORD,
            "new_password": "nine brown owls sit still at noon",
            "help_area": "roles",
            "category": "licence",
            "tomorrow": (clock.today() + timedelta(days=1)).isoformat(),
        },
    )
    for things in (
        account_things(stage),
        team_things(cast.alder, cast.olu),
        import_things(cast.olu),
        own_invitation(cast),
        client_things(cast.alder, cast.olu, cast.lin, cast.ben, cast.theo)
        | {"supervisor": cast.sana.member_id},
        change_things(cast.olu, cast.anna),
        leaving_things(cast.alder, cast.olu),
    ):
        stage.things.update(things)
    stage.foreign.update(team_things(cast.birch, cast.fran))
    stage.foreign.update(import_things(cast.fran))
    stage.foreign.update(change_things(cast.fran, cast.finn))
    stage.foreign.update(leaving_things(cast.birch, cast.fran))
    stage.things["shared_view"] = shared_view(cast.alder, cast.olu)
    stage.foreign["shared_view"] = shared_view(cast.birch, cast.fran)
    stage.things["lost_mail"] = lost_mail(cast.alder)
    stage.foreign["lost_mail"] = lost_mail(cast.birch)
    stage.foreign.update(
        member_id=cast.fran.member_id,
        supervisor=cast.fran.member_id,
        therapist=cast.fran.member_id,
        client_id=cast.finn.id,
        session_id=add_session(cast.birch, cast.finn.id, cast.fran.member_id),
    )
    stage.things.update(registration_things(stage, cast.alder, cast.olu, cast.ben, cast.uma))
    stage.foreign.update(registration_things(stage, cast.birch, cast.fran, cast.finn, cast.finn))
    stage.things["reading_import"] = upload(cast.olu, PEOPLE)
    return stage
