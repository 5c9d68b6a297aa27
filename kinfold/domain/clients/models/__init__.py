"""A person in a practice's care, their tags, their ties to clinicians, and who was chosen for a bulk act."""

from __future__ import annotations

from .acts import ChosenClient, MovedTag
from .duplicates import DuplicateNotice
from .headcounts import Headcount
from .leaving import FormerClient, ScheduledDeletion
from .lists import ListLayout, SavedView
from .logins import ClientLogin, ClientPlace, Relationship
from .people import (
    Client,
    ClientIdentifier,
    ClientKind,
    ClientProfile,
    ClientStatus,
    Registration,
    RiskLevel,
    SexAtBirth,
)
from .tags import ClientTag, Tag
from .ties import FURTHER_KINDS, THERAPIST_KINDS, Assignment, AssignmentKind
from .words import ClientWord

__all__ = [
    "FURTHER_KINDS",
    "THERAPIST_KINDS",
    "Assignment",
    "AssignmentKind",
    "ChosenClient",
    "Client",
    "ClientIdentifier",
    "ClientKind",
    "ClientLogin",
    "ClientPlace",
    "ClientProfile",
    "ClientStatus",
    "ClientTag",
    "ClientWord",
    "DuplicateNotice",
    "FormerClient",
    "Headcount",
    "ListLayout",
    "MovedTag",
    "Registration",
    "Relationship",
    "RiskLevel",
    "SavedView",
    "ScheduledDeletion",
    "SexAtBirth",
    "Tag",
]
