"""What ``import mockint`` offers."""

import ast
import tomllib
from pathlib import Path

import pytest

import mockint

ROOT = Path(__file__).parents[2]


def test_all_dir_and_typing_block_agree() -> None:
    """The three places that name the public surface name the same."""
    tree = ast.parse(Path(mockint.__file__).read_text(encoding="utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {
        alias.asname or alias.name
        for block in blocks
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert typed | {"__version__"} == set(mockint.__all__) == set(dir(mockint))
    assert mockint.__all__ == sorted(mockint.__all__)


@pytest.mark.parametrize("name", mockint.__all__)
def test_every_name_is_there(name: str) -> None:
    """Each public name can be had, and stays what it is."""
    assert getattr(mockint, name) is getattr(mockint, name)


def test_unknown_name_is_an_attribute_error() -> None:
    """A name that is not public fails as attributes do."""
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = mockint.Nonsense


def test_version_is_that_of_the_project() -> None:
    """The version is written down twice and must not differ."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert mockint.__version__ == project["version"]


def test_package_is_typed() -> None:
    """Type checkers may use the annotations."""
    assert (Path(mockint.__file__).parent / "py.typed").is_file()
