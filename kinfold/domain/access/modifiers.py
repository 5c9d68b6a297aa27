"""Billing modifiers that a role can carry: the degree of the clinician, as insurers code it (SPEC 8.6)."""

from __future__ import annotations

MODIFIERS: dict[str, str] = {
    "HN": "Bachelor's degree level",
    "HO": "Master's degree level",
    "HP": "Doctoral level",
}
