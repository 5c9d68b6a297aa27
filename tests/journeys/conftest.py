"""What only the journeys need."""

import os

from tests.architecture.conftest import stage

__all__ = ["stage"]

# Playwright keeps an event loop running in the test's thread, and Django would take every query there for a
# mistake. Nothing else runs in that loop while a query does.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
