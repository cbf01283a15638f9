"""The clock of the machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Time as the machine tells it; the one place that asks."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()
