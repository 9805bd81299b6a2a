"""Every rule of the contract catches the small broken component that breaks it, and no other."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from twin.component import Component
from twin.testing import ContractError, contract

SOUND = Path(__file__).parent / "mutants"
BASES = {"heater": "Heater", "engine": "Engine", "tank": "Tank", "ledger": "Ledger"}
SOURCE = "check_source_compiles_alike"
COMPILED = "check_compiled_equals_python"
LIVED = (
    "check_repeats_itself",
    "check_stays_within_bounds",
    "check_units_are_apart",
    "check_resumes",
)
OF_FORMERS = ("check_offers_are_ranges", "check_energy_is_conserved")

Loader = Callable[..., type[Component]]


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


def field(declared: str, check: str, words: str, also: tuple[str, ...] = ()) -> Mutant:
    """A heater with one more field."""
    return Mutant("heater", "", "", check, words, also, of_class=f"    {declared}")


def code(text: str, words: str, head: str = "", also: tuple[str, ...] = ()) -> Mutant:
    """A heater whose step says something it must not, where it is never reached."""
    line = "        self.q_kvar = 0.1 * self.p_kw\n"
    body = text.replace("\n", "\n            ")
    reached = f"{line}        if dt_s < 0.0:\n            {body}\n"
    return Mutant("heater", line, reached, SOURCE, words, also, head)


Q_KVAR = "self.q_kvar = 0.1 * self.p_kw"
LEARNT = "self.starts += 1"
ORDER = '"time an order takes to arrive", ge=0'
NEED = '"share of the rating that the air asks for"'

DECLARED = [
    field('heat: float = out(0.0, "heat")', "check_names_carry_units", "heater.heat is a float"),
    field('heatOf: int = state(0, "x")', "check_names_carry_units", "heater.heatOf is not snake"),
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
        (*LIVED, *OF_FORMERS),
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

WRITTEN = [
    code("self.q_kvar = self.p_kw**2.0", "`self.p_kw ** 2.0` is a power with a literal"),
    code("self.q_kvar = 2.0**dt_s", "`2.0 ** dt_s` is a power with a literal"),
    code("self.q_kvar = dt_s**-2", "`dt_s ** (-2)` is a power with a literal"),
    code("self.q_kvar = dt_s**TWO", "`dt_s ** TWO` is a power with a literal", "TWO = 2.0"),
    code("self.q_kvar **= 2.0", "`self.q_kvar **= 2.0` is a power with a literal"),
    code("self.q_kvar = math.pow(dt_s, 2.0)", "`math.pow(dt_s, 2.0)` is a power with a literal"),
    code("self.q_kvar = math.hypot(dt_s, dt_s)", "write math.sqrt(x*x + y*y)"),
    code("self.q_kvar = np.sin(dt_s)", "`np.sin` is a numpy function"),
    code("self.q_kvar = sum(AIR_DEGC)", "`sum` cannot be used here; add up in a loop"),
    code("self.q_kvar = hash(dt_s)", "`hash` cannot be used here; use abs, bool"),
    code("self.q_kvar = round(dt_s, 1)", "`round(dt_s, 1)` rounds to digits"),
    code("self.start()", "`self.start()` calls a method"),
    code("dt_s(1.0)", "`dt_s(1.0)` calls a local value"),
    code("self.heat_kw = 1.0", "`self.heat_kw` is not a declared field"),
    code("self.rated_kw = 1.0", "`self.rated_kw` assigns a param"),
    code("self.v_pu = 1.0", "`self.v_pu` assigns a inp"),
    code("self.v_pu += 1.0", "`self.v_pu` assigns a inp"),
    code("self.orders = AIR_DEGC", "`self.orders` replaces a vector"),
    code("self.starts = 1.0", "`self.starts = 1.0` puts a float into starts"),
    code("self.starts = -self.p_kw", "`self.starts = -self.p_kw` puts a float into starts"),
    code("self.starts = 1 / 2", "`self.starts = 1 / 2` puts a float into starts"),
    code("self.starts += dt_s", "`self.starts += dt_s` puts a float into starts"),
    code("n = math.sqrt(2.0)\nself.starts = n", "`self.starts = n` puts a float into starts"),
    code("self.starts = self.orders[0]", "`self.starts = self.orders[0]` puts a float"),
    code("self.starts = max(1, self.p_kw)", "`self.starts = max(1, self.p_kw)` puts a float"),
    code("self.starts = 1 if self.allowed else dt_s", "puts a float into starts"),
    code("try:\n    pass\nexcept ValueError:\n    pass", "step: uses `try`"),
    code("with self:\n    pass", "step: uses `with`"),
    code("async def later(): ...", "step: uses `async`"),
    code("yield", "step: uses `yield`"),
    code("self.q_kvar = (lambda: 1.0)()", "step: uses `lambda`"),
    code("self.q_kvar = max([x for x in AIR_DEGC])", "step: uses a comprehension"),
    code("self.q_kvar = max(x for x in AIR_DEGC)", "step: uses a comprehension"),
    code("f'{dt_s}'", "step: uses an f-string"),
    code("self.q_kvar = {0: 1.0}[0]", "step: uses a dict"),
    code("if self.mode in {0, 1}:\n    pass", "step: uses a set"),
    code("class Inner: ...", "step: uses a class"),
    code("def inner(): ...", "step: uses a function within a function"),
    code("global AIR_DEGC", "step: uses `global`"),
    code("import random", "step: uses `import`"),
    code("match self.mode:\n    case 0:\n        pass", "step: uses `match`"),
    code("n = 1\ndel n", "step: uses `del`"),
    code("self.q_kvar = AIR_DEGC[1:][0]", "step: uses a slice"),
    code("self.q_kvar = max(*AIR_DEGC)", "step: uses a starred argument"),
    code("if self.mode is ON:\n    pass", "step: uses `is`"),
    code("if ~self.mode:\n    pass", "step: uses `~`"),
    code("name = 'off'", "`'off'` is not a number"),
    code("self.q_kvar = need(curve=0, air_degc=1.0)", "gives arguments by keyword"),
    code("self.q_kvar = nowhere", "`nowhere` is not defined"),
    code("self.q_kvar = LIMITS[0]", "`LIMITS` is not a constant", "LIMITS = [1.0]"),
    code("self.q_kvar = root(dt_s)", "`root` is a function in disguise", "root = math.sqrt"),
    code("SEEN[0] = 1.0", "`SEEN[0]` changes a module's state", "SEEN = np.zeros(1)"),
    code("need.calls = 1", "`need.calls` changes something outside the row"),
    code("self.q_kvar = dt_s.real", "`dt_s.real` reaches into an object"),
    code("me = self", "`self` hands the device on"),
    code("same(1.0)", "takes default, keyword or starred", "def same(x, y=1.0):\n    return x"),
    code(
        "same(1.0)",
        "same: is decorated",
        "def kept(f):\n    return f\n\n\n@kept\ndef same(x):\n    return x",
    ),
    code(
        "same(1.0)",
        "same: closes over",
        "def make(y):\n    def same(x):\n        return y\n    return same\n\n\nsame = make(1.0)",
    ),
    code(
        "grow(self)",
        "grow: `device.rated_kw` assigns a param",
        "def grow(device):\n    device.rated_kw = 1.0",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = float(self.hue == self.hue)",
        SOURCE,
        "`self.hue` is text",
        ("check_text_stays_outside",),
        of_class='    hue: str = param("red", "x")',
    ),
    Mutant(
        "heater",
        "    def start(self)",
        "    @Still\n    def start(self)",
        SOURCE,
        "is not a plain function; write it with `def`",
        head=(
            "import inspect\n\n\nclass Still:\n"
            "    def __init__(self, told): self.__signature__ = inspect.signature(told)\n"
            "    def __call__(self): ..."
        ),
    ),
]

LIVING = [
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = random.random()",
        "check_repeats_itself",
        "heater.q_kvar differs the first time and the second time",
        (SOURCE, "check_units_are_apart", "check_resumes"),
        head="import random",
    ),
    Mutant(
        "heater",
        LEARNT,
        "self.starts -= 1",
        "check_stays_within_bounds",
        "heater.starts is -1, outside ge 0; hold it within, at step 1 of 1 s",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = 10.0 * self.q_kvar - 1.0",
        "check_stays_within_bounds",
        "heater.q_kvar is -inf, outside the finite numbers",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.orders[3] = math.inf",
        "check_stays_within_bounds",
        "heater.orders holds a number that is not finite",
    ),
    Mutant(
        "heater",
        LEARNT,
        "self.starts += need(self.curve, self.air_degc)",
        "check_stays_within_bounds",
        "a float in a whole number",
        ("check_resumes",),
    ),
    Mutant(
        "heater",
        LEARNT,
        "self.starts = 2**62 * 2 - 0 + self.starts",
        "check_stays_within_bounds",
        "more than a row holds",
        (SOURCE,),
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = 1.0 / self.v_pu",
        "check_stays_within_bounds",
        "raised ZeroDivisionError: float division by zero; guard it, at step ",
        tuple(name for name in LIVED if name != "check_stays_within_bounds"),
    ),
    Mutant(
        "engine",
        "self.p_max_kw = self",
        "self.p_max_kw = -self",
        "check_offers_are_ranges",
        "p_min_kw is 0 above p_max_kw -100",
        ("check_stays_within_bounds",),
    ),
    Mutant(
        "engine",
        "self.k_kw_per_hz = 4.0",
        "self.k_kw_per_hz = -4.0",
        "check_offers_are_ranges",
        "k_kw_per_hz is -400",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "SEEN[0] += 1.0\n        self.q_kvar = SEEN[0]",
        "check_units_are_apart",
        "heater.q_kvar differs alone and among others",
        (SOURCE, "check_repeats_itself", "check_resumes"),
        head="SEEN = np.zeros(1)",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = self._last_kw\n        self._last_kw = self.p_kw",
        "check_resumes",
        "heater.q_kvar differs straight on and resumed",
        (SOURCE,),
        of_class="    _last_kw = 0.0",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.starts = int(1e300 * self.rated_kw) % 1000",
        COMPILED,
        "heater.starts differs in Python and compiled",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = (AIR_DEGC if self.allowed else 1.0) == 1.0",
        COMPILED,
        "heater does not run compiled: TypingError",
    ),
    Mutant(
        "engine",
        "self.lost_kwh += ",
        "self.lost_kwh += 0.999 * ",
        "check_energy_is_conserved",
        "engine: the sum over fuel_kwh, given_kwh, lost_kwh is",
    ),
]

MUTANTS = DECLARED + WRITTEN + LIVING


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Write a component with its edits to a file of its own and import it."""
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))

    def loader(base: str, *edits: tuple[str, str]) -> type[Component]:
        text = (SOUND / f"{base}.py").read_text()
        for find, replace in edits:
            assert not find or find in text
            text = text.replace(find, replace, 1)
        path = tmp_path / f"{base}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(base, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, base, module)
        spec.loader.exec_module(module)
        own = [one for one in vars(module).values() if getattr(one, "__module__", "") == base]
        return next(one for one in own if isinstance(one, type) and issubclass(one, Component))

    return loader


@pytest.mark.parametrize("base", BASES)
def test_a_sound_component_passes_every_check(base: str, load: Loader) -> None:
    for check in contract(load(base)):
        check()


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_exactly_its_rule_catches_a_mutant(mutant: Mutant, load: Loader) -> None:
    caught = {}
    for check in contract(load(mutant.base, *mutant.edits())):
        if str(check) != COMPILED or mutant.check == COMPILED:
            try:
                check()
            except ContractError as problem:
                caught[str(check)] = str(problem)
    assert mutant.words in caught.get(mutant.check, "nothing")
    assert set(caught) == {mutant.check, *mutant.also}


def test_every_check_has_a_mutant(load: Loader) -> None:
    checks = {str(check) for base in BASES for check in contract(load(base))}
    assert checks == {mutant.check for mutant in MUTANTS}
