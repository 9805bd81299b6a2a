"""Technologies, states and droops compared three ways: at equal MW, equal cost, equal firm MW."""

from twin.factorial.study import BASES, Line, Study, Table

__all__ = ["BASES", "Line", "Study", "Table"]
