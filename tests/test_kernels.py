from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.engine import cell, device, finished, values
from tests.engine_components.taker import Taker
from twin import kernels
from twin.fleet import make_rows
from twin.kernels import KernelError, cache_folder, call, compiled, first_call, source_of

COMPONENT = '''
from __future__ import annotations

import math
{imports}
from twin.component import Component, inp, out, param

{head}

class Heater(Component):
    """Heats."""

    rated_kw: float = param(3.0, "rating")
    x_pu: float = inp(0.5, "share")
    y_kw: float = out(0.0, "heat")

    def step(self, dt_s: float) -> None:
        """Heat."""
        {body}
'''
HELPED = """
FACTOR = {factor}


def part(x_pu: float) -> float:
    return x_pu * FACTOR{more}
"""


def heater(folder: Path, body: str, head: str = "", imports: str = "") -> Any:
    """A component whose file says this."""
    path = folder / f"heater_{len(list(folder.glob('*.py')))}.py"
    path.write_text(COMPONENT.format(body=body, head=head, imports=imports))
    return imported(path).Heater


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def heat(cls: Any) -> float:
    """What one unit gives after a compiled step."""
    rows = make_rows(cls, 1)
    call(cls, "step", rows, 0, 1.0)
    return float(rows["y_kw"][0])


def helped(folder: Path, factor: str = "2.0", more: str = "") -> Any:
    head = HELPED.format(factor=factor, more=more)
    return heater(folder, "self.y_kw = self.rated_kw * part(self.x_pu)", head)


def test_a_method_reaches_functions_and_constants_of_its_module(tmp_path: Path) -> None:
    assert heat(helped(tmp_path)) == 3.0


def test_the_same_text_is_the_same_module(tmp_path: Path) -> None:
    assert source_of(helped(tmp_path)) == source_of(helped(tmp_path))


def test_a_changed_constant_is_another_module(tmp_path: Path) -> None:
    assert source_of(helped(tmp_path)) != source_of(helped(tmp_path, factor="2.5"))


def test_a_changed_helper_is_another_module(tmp_path: Path) -> None:
    assert source_of(helped(tmp_path)) != source_of(helped(tmp_path, more=" + 1.0"))


def test_a_changed_helper_is_another_number(tmp_path: Path) -> None:
    assert [heat(helped(tmp_path)), heat(helped(tmp_path, more=" + 1.0"))] == [3.0, 6.0]


def test_another_docstring_or_annotation_is_the_same_module(tmp_path: Path) -> None:
    plain = heater(tmp_path, "y = self.x_pu\n        self.y_kw = y")
    told = heater(tmp_path, "y: float = self.x_pu\n        self.y_kw = y")
    assert source_of(plain) == source_of(told)


def test_helpers_of_one_name_from_two_files_stay_apart(tmp_path: Path) -> None:
    for name, factor in (("left", 10.0), ("right", 100.0)):
        text = f"def part(x):\n    return {factor} * x\n\n\ndef {name}(x):\n    return part(x)\n"
        (tmp_path / f"side_{name}.py").write_text(text)
        imported(tmp_path / f"side_{name}.py")
    both = "from side_left import left\nfrom side_right import right"
    cls = heater(tmp_path, "self.y_kw = left(self.x_pu) + right(self.x_pu)", imports=both)
    assert heat(cls) == 55.0


def test_a_helper_named_like_a_method_stays_a_helper(tmp_path: Path) -> None:
    head = "def offer(x_pu: float) -> float:\n    return 7.0 * x_pu\n"
    assert heat(heater(tmp_path, "self.y_kw = offer(self.x_pu)", head)) == 3.5


def test_constants_are_infinities_tuples_and_arrays(tmp_path: Path) -> None:
    head = "LIMIT = math.inf\nSTEPS = (1.0, 2.0)\nCURVE = np.array([0.5, 0.25])\n"
    body = "self.y_kw = min(STEPS[1] * CURVE[0], LIMIT)"
    assert heat(heater(tmp_path, body, head, "import numpy as np")) == 1.0


def test_what_cannot_be_compiled_is_named(tmp_path: Path) -> None:
    cls = heater(tmp_path, "self.y_kw = WORDS['a']", "WORDS = {'a': 1.0}\n")
    with pytest.raises(KernelError, match="heater: step reaches WORDS, a dict"):
        source_of(cls)


def test_a_name_that_is_nowhere_is_named(tmp_path: Path) -> None:
    cls = heater(tmp_path, "self.y_kw = nothing_here(self.x_pu)")
    with pytest.raises(KernelError, match="heater: step uses the unknown name nothing_here"):
        source_of(cls)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, and everything forgotten that was compiled before."""
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "cache"))
    forget()
    yield tmp_path / "cache"
    forget()


def forget() -> None:
    kernels._compiled.clear()
    for name in [name for name in sys.modules if name.startswith(("twin_taker_", "twin_cell_"))]:
        del sys.modules[name]


def stepped() -> float:
    """Compile the taker, or take it from the cache, and step it."""
    rows = make_rows(Taker, 1)
    first_call(compiled(Taker).each_step, rows, 30.0)
    return float(rows["elapsed_s"][0])


def damage(cache: Path, pattern: str, share: float) -> None:
    found = list((cache / "__pycache__").glob(pattern))
    assert found
    for path in found:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])


def test_what_was_compiled_once_is_taken_from_the_cache(own_cache: Path) -> None:
    stepped()
    stamps = {path: path.stat().st_mtime_ns for path in own_cache.rglob("*.nb?")}
    forget()
    stepped()
    assert {path: path.stat().st_mtime_ns for path in own_cache.rglob("*.nb?")} == stamps


@pytest.mark.parametrize("pattern", ["*.nbi", "*.nbc", "*.step-*.nbi", "*.each_step-*.nbc"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_machine_code_that_was_cut_short_is_made_anew(
    own_cache: Path, pattern: str, share: float
) -> None:
    stepped()
    damage(own_cache, pattern, share)
    forget()
    assert stepped() == 30.0


def test_a_damaged_part_below_a_whole_is_made_anew(own_cache: Path) -> None:
    stepped()
    damage(own_cache, "*.step-*.nbi", 0.5)
    for path in (own_cache / "__pycache__").glob("*.each_step-*.nbi"):
        path.unlink()
    forget()
    assert stepped() == 30.0


def test_a_deleted_index_is_made_anew(own_cache: Path) -> None:
    stepped()
    for path in own_cache.rglob("*.nbi"):
        path.unlink()
    forget()
    assert stepped() == 30.0


def test_a_generated_module_that_was_cut_short_is_written_anew(own_cache: Path) -> None:
    stepped()
    path = next(own_cache.glob("twin_taker_*.py"))
    path.write_text(path.read_text()[:50])
    forget()
    assert stepped() == 30.0


def test_a_loop_that_was_cut_short_is_made_anew(own_cache: Path) -> None:
    finished(cell([device("a", Taker)], in_python=False))
    damage(own_cache, "*.run-*.nbc", 0.5)
    forget()
    assert values(finished(cell([device("a", Taker)], in_python=False)), "a.calls") == [10]


def test_a_cache_that_cannot_be_written_gives_way_to_one_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "file" / "cache"))
    assert cache_folder() == tmp_path / f"gridtwin-{os.getuid()}"


def test_a_folder_that_others_can_write_to_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    open_to_all = tmp_path / f"gridtwin-{os.getuid()}"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setenv("TWIN_CACHE", "/dev/null/cache")
    assert cache_folder() != open_to_all


COMPILE = """
from tests.engine import cell, device, finished, values
from tests.engine_components.taker import Taker
print(values(finished(cell([device("a", Taker)], in_python=False)), "a.calls"))
"""


def test_two_processes_that_compile_at_once_both_work(tmp_path: Path) -> None:
    env = {**os.environ, "TWIN_CACHE": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", COMPILE]
    both = [
        subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [process.communicate() for process in both] == [("[10]\n", "")] * 2


TOGETHER = """
import sys
from twin.kernels import first_call, load_generated

lines = "".join(f"    x = x * x + {k}.0\\n" for k in range(400))  # compiles for a second
head = "from numba import njit\\n\\n\\n@njit(cache=True)\\ndef run(x):\\n"
run = load_generated("together", f"{head}{lines}    return x\\n").run
print("ready", flush=True)
sys.stdin.readline()
first_call(run, 1.0)
print(sum(run.stats.cache_hits.values()))
"""


def test_processes_that_need_one_loop_compile_it_once(tmp_path: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER],
            env=os.environ | {"TWIN_CACHE": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for one in both:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    assert sorted(one.communicate()[0] for one in both) == ["0\n", "1\n"]
