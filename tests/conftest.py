"""Its presence puts this folder on the import path, so that every test can ``import fakes``."""

from hypothesis import settings

# A busy machine is slow now and then; a rule that takes long is for benchmarks to find.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
