"""Networks of pandapower: found by name or file, checked, given a source and a strength."""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
import json
import math
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Net = Any  # pandapower carries no types

TRUSTED = ("pandapower", "pandas", "numpy", "networkx", "shapely", "geopandas", "builtins")
UNKNOWN = ("svc", "tcsc", "ssc", "vsc", "bus_dc")  # tables of devices with equations of their own


def read_net(network: str, file: str = "") -> Net:
    """A network by its name in `pandapower.networks`, or from a file of pandapower's JSON.

    A name may come with options: ``create_cigre_network_mv(with_der="pv_wind")``. The same object
    is given to everyone who asks: copy it before you change it. Raises ValueError with the reason.
    """
    try:
        written_ns = Path(file).stat().st_mtime_ns if file else 0
    except OSError:
        written_ns = 0
    return _read_net(network, file, written_ns)


@functools.lru_cache(maxsize=8)
def _read_net(network: str, file: str, written_ns: int) -> Net:
    del written_ns  # a file that was written since is another one
    net = _from_file(Path(file)) if file else _by_name(network)
    called = Path(file).name if file else network
    if not len(net.bus):
        raise ValueError(f"{called} has no buses")
    if not net.ext_grid.in_service.any():
        raise ValueError(f"{called} has no ext_grid in service: nothing holds its voltage")
    if odd := [name for name in UNKNOWN if name in net and len(net[name])]:
        raise ValueError(f"{called} holds {', '.join(odd)}, which cannot be solved here")
    run(net, called)
    return net


@contextmanager
def _drawn_alike(name: str) -> Iterator[None]:
    """Some networks draw their lines at random: one name is one network, now and ever."""
    before = random.getstate()
    random.seed(name)
    try:
        yield
    finally:
        random.setstate(before)


def copy_of(net: Net) -> Net:
    """A network of one's own."""
    import pandapower

    return pandapower.pandapowerNet(net)


def leave(made: Callable[[], Net], folder: str, name: str) -> None:
    """Write a network that is made now for pandapower's `from_json`, or why it cannot be."""
    import pandapower

    try:
        pandapower.to_json(made(), f"{folder}/{name}.net.json")
    except ValueError as error:  # beyond what pandapower solves from its own start
        note = Path(folder) / f"{name}.net.txt"
        note.write_text(f"The network was not kept: {error}.\n", "utf-8")


def run(net: Net, called: str, **options: Any) -> None:
    """pandapower's own power flow, from its own start; not worth its compilation for one."""
    import pandapower

    try:
        with quiet():
            pandapower.runpp(
                net, **{"numba": False, "calculate_voltage_angles": angles(net)} | options
            )
    except pandapower.LoadflowNotConverged:
        raise ValueError(f"the power flow of {called} does not converge as it stands") from None
    except Exception as error:  # of its data: a line to no bus, an impedance of zero
        raise ValueError(f"{called} cannot be solved by pandapower: {error}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without pandapower's warnings about the age of its own networks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield


def angles(net: Net) -> Any:
    """Angles between sources count where there are several."""
    return True if net.ext_grid.in_service.sum() > 1 else "auto"


def _by_name(text: str) -> Net:
    from pandapower import networks

    name, options = _call(text)
    known = [
        key
        for key, made in inspect.getmembers(networks, inspect.isfunction)
        if made.__module__.startswith("pandapower.networks.") and not _needs(made)
    ]
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        said = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"{name} is not a network of pandapower{said}")
    try:
        with quiet(), _drawn_alike(text.strip()):
            net = getattr(networks, name)(**options)
    except Exception as error:
        raise ValueError(f"{text} cannot be made: {error}") from error
    return net[0] if isinstance(net, tuple) else net


def _needs(function: Any) -> bool:
    given = inspect.signature(function).parameters.values()
    return any(one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD for one in given)


def _call(text: str) -> tuple[str, dict[str, Any]]:
    """The name and the options of a call that is read, never executed."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        if isinstance(tree, ast.Name):
            return tree.id, {}
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.args:
            options = {str(one.arg): ast.literal_eval(one.value) for one in tree.keywords}
            return tree.func.id, options
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise ValueError(f"{text!r} is not the name of a network, nor name(option=value, ...)")


def _from_file(file: Path) -> Net:
    import pandapower

    called = file.name
    try:
        text = file.read_text("utf-8")
        foreign = [name for name in _modules(json.loads(text)) if name not in TRUSTED]
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{called} is not a file of pandapower: {error}") from None
    if foreign:  # reading such an object would import, and so execute, that module
        raise ValueError(f"{called} holds an object of {foreign[0]}, which is not pandapower's")
    try:
        with quiet():
            net = pandapower.from_json_string(text)
    except Exception as error:
        raise ValueError(f"{called} cannot be read by pandapower: {error}") from error
    if not isinstance(net, pandapower.pandapowerNet):
        raise ValueError(f"{called} is JSON, but not a network of pandapower")
    return net


def _modules(data: Any) -> Iterator[str]:
    """The package of every object in a file, those within texts included."""
    if isinstance(data, dict):
        if data.get("_class") == "function":
            yield "a function"
        if "_module" in data:
            yield str(data["_module"]).partition(".")[0]
        for value in data.values():
            yield from _modules(value)
    elif isinstance(data, list):
        for value in data:
            yield from _modules(value)
    elif isinstance(data, str) and "_module" in data:
        yield from _modules(json.loads(data))


def unsupplied(net: Net, buses: Sequence[int]) -> str:
    """What is wrong with something hanging on these buses; nothing where all is well."""
    known = set(net.bus.index)
    if missing := sorted(set(buses) - known):
        return f"names bus {missing[0]}, but the network has {_listed(sorted(known))}"
    if isolated := sorted(dark_buses(net) & set(buses)):
        return f"hangs on bus {isolated[0]}, which no source of the network reaches"
    return ""


def dark_buses(net: Net) -> set[int]:
    """The buses that no source reaches as the network stands."""
    from pandapower import topology

    found: set[int] = topology.unsupplied_buses(net) | set(net.bus.index[~net.bus.in_service])
    return found


def _listed(buses: list[int]) -> str:
    whole = buses == list(range(buses[0], buses[-1] + 1))
    return f"buses {buses[0]} to {buses[-1]}" if whole else f"{len(buses)} buses, not all numbers"


def rows_of(net: Net) -> int:
    """One row for each number of a bus, line, transformer or switch."""
    tables = (net.bus, net.line, net.trafo, net.switch)
    return 1 + max(int(table.index.max()) for table in tables if len(table))


def with_source(net: Net, s_sc_mva: float, rx_pu: float) -> Net:
    """A copy in which each ext_grid stands behind the impedance of its short-circuit power.

    The EMF is such that the bus starts at its stated voltage.
    """
    import pandapower

    weak = copy_of(net)
    x_pu = 1.0 / math.sqrt(1.0 + rx_pu * rx_pu)
    first = max(rows_of(net), int(net.bus.index.max()) + 1)
    for number, grid in enumerate(net.ext_grid.index[net.ext_grid.in_service]):
        bus = int(net.ext_grid.bus.at[grid])
        vn_kv = float(net.bus.vn_kv.at[bus])
        emf_bus = pandapower.create_bus(weak, vn_kv, name=f"EMF of bus {bus}", index=first + number)
        pandapower.create_impedance(
            weak, emf_bus, bus, rx_pu * x_pu, x_pu, sn_mva=s_sc_mva, name=f"source of bus {bus}"
        )
        volts = _phasor(net.res_bus.vm_pu.at[bus], net.res_bus.va_degree.at[bus])
        power = complex(net.res_ext_grid.p_mw.at[grid], net.res_ext_grid.q_mvar.at[grid])
        emf = volts + complex(rx_pu * x_pu, x_pu) * (power / s_sc_mva / volts).conjugate()
        weak.ext_grid.loc[grid, "bus"] = emf_bus
        weak.ext_grid.loc[grid, "vm_pu"] = abs(emf)
        weak.ext_grid.loc[grid, "va_degree"] = math.degrees(math.atan2(emf.imag, emf.real))
    run(weak, f"the network behind {s_sc_mva:g} MVA")
    return weak


def _phasor(v_pu: float, angle_deg: float) -> complex:
    angle = math.radians(angle_deg)
    return complex(v_pu * math.cos(angle), v_pu * math.sin(angle))


def strength(net: Net, source: tuple[float, float] | None) -> NDArray[np.float64]:
    """Short-circuit level in MVA and X/R of every bus in the order of the file, by `calc_sc`.

    Without a source (short-circuit power, R/X) the ext_grids are as the file says. What converters
    and machines without short-circuit data would add is not counted.
    """
    from pandapower import shortcircuit

    strong = copy_of(net)
    if not strong.ext_grid.in_service.any():
        return np.zeros((len(net.bus), 2))
    if source is not None:
        strong.ext_grid["s_sc_max_mva"], strong.ext_grid["rx_max"] = source
    strong.sgen["in_service"] = False
    data = [name for name in ("vn_kv", "xdss_pu", "cos_phi") if name not in strong.gen]
    strong.gen["in_service"] &= not data
    with quiet():
        shortcircuit.calc_sc(strong, case="max")
    found = strong.res_bus_sc.reindex(net.bus.index)
    level = found.skss_mw.to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = found.xk_ohm.to_numpy(float) / found.rk_ohm.to_numpy(float)
    both = np.column_stack([level, ratio])
    return np.where(np.isfinite(both), both, 0.0)
