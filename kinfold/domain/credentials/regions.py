"""The states and territories that license people, and the kinds of licences that are suggested."""

from __future__ import annotations

# Suggestions only: what is not here is kept as it is typed.
LICENCE_TYPES = (
    "LCSW",
    "LMSW",
    "LICSW",
    "LMFT",
    "AMFT",
    "LPC",
    "LPC-A",
    "LPCC",
    "LCPC",
    "LMHC",
    "LCMHC",
    "LP",
    "PsyD",
    "PhD",
    "LPA",
    "LADC",
    "LCDC",
    "BCBA",
    "PMHNP",
    "RN",
    "MD",
    "DO",
)

REGIONS: dict[str, str] = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AS": "American Samoa",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "GU": "Guam",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "MP": "Northern Mariana Islands",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "PR": "Puerto Rico",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VI": "U.S. Virgin Islands",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
}

_TYPES_BY_KEY = {known.casefold().replace(".", ""): known for known in LICENCE_TYPES}
_REGIONS_BY_KEY = {
    **{code.casefold(): name for code, name in REGIONS.items()},
    **{name.casefold(): name for name in REGIONS.values()},
}


def known_type(typed: str) -> str:
    """A type of licence as it is usually written: "psy.d." → "PsyD". What is not known stays as typed."""
    return _TYPES_BY_KEY.get(typed.casefold().replace(".", ""), typed)


def known_region(typed: str) -> str:
    """The name of a state, also for its two letters: "ca" → "California". What is not known stays as typed."""
    return _REGIONS_BY_KEY.get(typed.casefold(), typed)


def short_region(region: str) -> str:
    """A state's two letters, for lines with little room; other regions in full."""
    return next((code for code, name in REGIONS.items() if name == region), region)
