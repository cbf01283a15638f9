"""How the app is opened from the command line."""

import gc
from collections.abc import Iterator

import pytest

from mockint.cli import screens


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector's settings, put back."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_full_collections_are_rare_but_happen() -> None:
    """What was imported is not walked over again, and the rest only now and then."""
    young, middle, full = gc.get_threshold()
    screens._collect_rarely()
    assert gc.get_freeze_count() > 0
    assert gc.isenabled()
    assert gc.get_threshold()[:2] == (young, middle)
    assert gc.get_threshold()[2] > full
