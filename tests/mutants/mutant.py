"""A component with one thing broken."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "check_source_compiles_alike"
COMPILED = "check_compiled_equals_python"
Q_KVAR = "self.q_kvar = 0.1 * self.p_kw"


@dataclass(frozen=True)
class Mutant:
    """A sound component with one thing broken, the check that must see it, and what it must say."""

    base: str
    find: str
    replace: str
    check: str
    words: str
    also: tuple[str, ...] = ()  # other checks that cannot help seeing it
    head: str = ""  # what the module needs for it
    of_class: str = ""  # what the class needs for it

    def __str__(self) -> str:
        return f"{self.check.removeprefix('check_')}: {self.words}"

    def edits(self) -> list[tuple[str, str]]:
        """Texts of the sound component and what stands in their place."""
        return [
            (self.find, self.replace),
            ("\n\n\nclass ", f"\n{self.head}\n\n\nclass "),
            ("\n\n    def ", f"\n{self.of_class}\n\n    def "),
        ]
