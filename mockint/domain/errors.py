"""Errors a person can act on.

MockintError
├── ContentError      a question, rubric or pack cannot be used
├── StorageError      the data file cannot be read or written
├── EncoderError      no encoder can be loaded
└── GradingError      an answer could not be graded
"""


class MockintError(Exception):
    """One clear line: what is wrong, where, and what to do."""


class ContentError(MockintError):
    """A question, rubric or pack cannot be used."""


class StorageError(MockintError):
    """The data file cannot be read or written."""


class EncoderError(MockintError):
    """No encoder can be loaded."""


class GradingError(MockintError):
    """An answer could not be graded."""
