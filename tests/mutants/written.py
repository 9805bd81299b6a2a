"""Components whose text would not give the same bits compiled."""

from __future__ import annotations

from tests.mutants.mutant import Q_KVAR, SOURCE, Mutant


def code(text: str, words: str, head: str = "") -> Mutant:
    """A heater whose step says something it must not, where it is never reached."""
    line = "        self.q_kvar = 0.1 * self.p_kw\n"
    body = text.replace("\n", "\n            ")
    reached = f"{line}        if dt_s < 0.0:\n            {body}\n"
    return Mutant("heater", line, reached, SOURCE, words, head=head)


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
    code("self.rated_kw = 1.0", "`self.rated_kw` is set, yet it is param"),
    code("self.v_pu = 1.0", "`self.v_pu` is set, yet it is inp"),
    code("self.v_pu += 1.0", "`self.v_pu` is set, yet it is inp"),
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
        "grow: `device.rated_kw` is set, yet it is param",
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
