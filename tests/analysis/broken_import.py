"""A module whose own import fails, for the test that such a fault is not hidden."""

import a_module_that_is_not_there  # noqa: F401
