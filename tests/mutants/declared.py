"""Components that declare what they must not."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

LIVED = (
    "check_repeats_itself",
    "check_stays_within_bounds",
    "check_units_are_apart",
    "check_resumes",
)
OF_FORMERS = ("check_offers_are_ranges", "check_energy_is_conserved")
ORDER = '"time an order takes to arrive", ge=0'
NEED = '"share of the rating that the air asks for"'


def field(declared: str, check: str, words: str, also: tuple[str, ...] = ()) -> Mutant:
    """A heater with one more field."""
    return Mutant("heater", "", "", check, words, also, of_class=f"    {declared}")


DECLARED = [
    field('heat: float = out(0.0, "heat")', "check_names_carry_units", "heater.heat is a float"),
    field('heatOf: int = state(0, "x")', "check_names_carry_units", "heater.heatOf is not snake"),
    field(
        'at: int = inp(0, "x")', "check_names_carry_units", "heater.at is a word of the topology"
    ),
    field('lit: bool = inp(True, " ")', "check_documented", "heater.lit has an empty description"),
    Mutant("heater", '"""A sound', '# """A sound', "check_documented", "heater has no doc"),
    Mutant("heater", '"""An electric', '# """An electric', "check_documented", "Heater has no doc"),
    Mutant(
        "heater",
        'param(10.0, "rated',
        'param(0.0, "rated',
        "check_defaults_within_bounds",
        "heater.rated_kw defaults to 0.0, outside gt 0",
    ),
    Mutant(
        "heater",
        'param(0, "how',
        'param(5, "how',
        "check_defaults_within_bounds",
        "heater.curve defaults to 5, outside its 2 labels",
    ),
    field(
        'spare_kw: float = param(True, "x")',
        "check_defaults_within_bounds",
        "heater.spare_kw: float defaults to True",
    ),
    Mutant(
        "heater",
        NEED,
        f'{NEED}, labels=("none", "all")',
        "check_labels_name_whole_numbers",
        "heater.need_pu is a float with labels",
    ),
    field(
        'luck: int = param(1, "x", ge=1, drawn=True)',
        "check_dice_have_bounds",
        "heater.luck is drawn",
    ),
    Mutant(
        "tank",
        "class Tank(",
        "class Barrel(",
        "check_file_is_named_after_class",
        "Barrel lives in tank.py",
    ),
    Mutant(
        "ledger",
        "    def fleet_step",
        "    def process(self, env: object) -> None: ...\n\n    def fleet_step",
        "check_advances_in_one_way",
        "Ledger has fleet_step and process",
    ),
    Mutant(
        "engine",
        "def offer(",
        "def offers(",
        "check_advances_in_one_way",
        "Engine is a Former without an offer",
    ),
    Mutant(
        "engine",
        "def offer(self, dt_s:",
        "def offer(self, step_s:",
        "check_advances_in_one_way",
        "Engine.offer takes other arguments; write offer(self, dt_s)",
    ),
    field('hue: str = param("red", "x")', "check_text_stays_outside", "heater.hue is text"),
    Mutant(
        "ledger",
        'param("nobody"',
        'out("nobody"',
        "check_text_stays_outside",
        "ledger.owner is text",
    ),
    field(
        'past: Vector = state(0.0, "x")',
        "check_vectors_have_a_size",
        "heater.past is a vector by half",
    ),
    Mutant(
        "heater",
        'delay_line("order_s"',
        'delay_line("rated_kw"',
        "check_vectors_have_a_size",
        "heater.orders is sized by rated_kw",
    ),
    Mutant(
        "heater",
        ORDER,
        ORDER.removesuffix(", ge=0"),
        "check_vectors_have_a_size",
        "declared with ge=0",
    ),
    Mutant("tank", "    balance:", "    scales:", "check_balance_is_declared", "Tank is a storage"),
    Mutant(
        "tank",
        '"drawn_kwh": 1.0',
        '"drawn_kwh": 1.0, "size_kwh": 1.0',
        "check_balance_is_declared",
        "Tank.balance names size_kwh",
    ),
]
