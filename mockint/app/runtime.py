"""What a front end is given: every port, wired."""

import random
from dataclasses import dataclass

from mockint.app.settings import Settings
from mockint.domain.ports import Bank, Clock, GradingService, SessionStore


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a screen may ask for.

    Attributes:
        settings: What the person chose.
        bank: The questions.
        store: Past and running sessions.
        grading: The grading process.
        clock: Where time comes from.
        random: Where chance comes from.
        notices: Sentences to show once at start: what was left out, what was replaced.
    """

    settings: Settings
    bank: Bank
    store: SessionStore
    grading: GradingService
    clock: Clock
    random: random.Random
    notices: tuple[str, ...] = ()
