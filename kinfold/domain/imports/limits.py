"""How large a file of people may be, whatever kind of file it is (RELIABILITY 1.18)."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 20_000_000
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 10_000
MAX_HEADING: Final = 200
MAX_LINE: Final = 1_000_000
# What a workbook unpacks to: its texts and rows, and each of the parts that say how it looks.
MAX_UNPACKED: Final = 250_000_000
MAX_TEXTS: Final = 60_000_000
MAX_PART: Final = 8_000_000
MAX_SHEETS: Final = 100
