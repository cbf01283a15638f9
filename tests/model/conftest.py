"""The default encoder, unpacked once for all tests of models."""

from pathlib import Path

import pytest

from mockint.grading.encoders.choose import choose_encoder
from mockint.grading.encoders.sentence import SentenceEncoder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of its own, so that the model is unpacked anew."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def encoder(cache: Path) -> SentenceEncoder:
    """The default encoder."""
    choice = choose_encoder("default", cache)
    choice.prepare()
    loaded = choice.load()
    assert isinstance(loaded, SentenceEncoder)
    return loaded
