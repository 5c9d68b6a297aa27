"""What everybody gets at every address: one row for each route and method, written by hand, never read from the app.

A row says who gets in. `needs` are the permissions of which each one is necessary (of several in brackets any one will
do); `also` are those that somebody with
only `needs` must have besides (one of several would do, or a part of the sample asks for it). `status` is the answer to
somebody who may, with the sample body. Somebody who may not gets 403, and 404 where the object itself is out of sight:
`hides` names the permissions without which it is. A body's "{word}" stands for an id that the stage made, and so do
the parts of an address, of the same name unless `at` says another. `absent` is the answer to who asks for nothing.
What no API token may do, whatever its scopes, is not `by_token`.
"""

from __future__ import annotations

from tests.architecture.routes.care import CARE, CARE_API
from tests.architecture.routes.clients import CHANGES, CLIENTS, CLIENTS_API, EXPORTS, INTAKE, ROSTERS
from tests.architecture.routes.imports import IMPORTS, PEOPLE
from tests.architecture.routes.leaving import LEAVING, MERGING
from tests.architecture.routes.logins import ACCOUNT, ACTIVITY, FIRST_DAYS, FRONT, SECURITY
from tests.architecture.routes.registration import CLIENT_INVITATIONS, OWN_PAGES, REGISTRATION
from tests.architecture.routes.roles import ROLES, ROLES_API, SETTINGS
from tests.architecture.routes.row import Need, Open, Row
from tests.architecture.routes.team import CREDENTIALS, INVITATIONS, SEVERAL, TEAM, TEAM_API

__all__ = ["PEOPLE", "ROWS", "Need", "Open", "Row"]

ROWS: tuple[Row, ...] = (
    *FRONT,
    *ACCOUNT,
    *SECURITY,
    *ACTIVITY,
    *TEAM,
    *TEAM_API,
    *CREDENTIALS,
    *INTAKE,
    *SEVERAL,
    *ROLES,
    *ROLES_API,
    *INVITATIONS,
    *SETTINGS,
    *IMPORTS,
    *CLIENTS,
    *CHANGES,
    *LEAVING,
    *EXPORTS,
    *MERGING,
    *CLIENTS_API,
    *ROSTERS,
    *REGISTRATION,
    *CLIENT_INVITATIONS,
    *OWN_PAGES,
    *CARE,
    *CARE_API,
    *FIRST_DAYS,
)
