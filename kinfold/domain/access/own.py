"""What a client, or a guardian who acts for one, may do with the client's own record.

These are no permissions of a role: nobody gives or takes them, they come with acting for a client, and no member has
them. They open the doors of `domain.own` and no others.
"""

from __future__ import annotations

from enum import StrEnum


class OwnRight(StrEnum):
    """Reading one's own record, also when it is archived; and changing it, while it is not (SPEC section 2)."""

    READ = "own:read"
    CHANGE = "own:change"
