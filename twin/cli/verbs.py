"""The verbs and their options."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from twin import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
new = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new", help="Write a component, strategy or topology to start from.")


class Shelf(StrEnum):
    """What can be listed."""

    TOPOLOGIES = "topologies"
    COMPONENTS = "components"


def _use(components: Path | None) -> None:
    if components:
        from twin import catalog

        catalog.add_folder(components)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"gridtwin {__version__}")
        raise typer.Exit


Components = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", exists=True, file_okay=False, help="Use the components of a folder."
    ),
]
Scenario = Annotated[str, typer.Argument(help="A name like island_telecom/week, or a file.")]
Variant = Annotated[str, typer.Option(help="One of its variants.", metavar="NAME")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value, as often as you like."),
]
InPython = Annotated[bool, typer.Option("--python", help="Plain Python, not compiled.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")]
AllowRemote = Annotated[
    bool, typer.Option("--allow-remote", help="Let simulators run in other processes.")
]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Let files lie outside the topology's folder.")
]


@app.callback()
def twin(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Digital twins of power systems, from milliseconds to years, co-simulated on mosaik."""


@app.command()
def run(
    scenario: Scenario,
    variant: Variant = "",
    sets: Sets = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run folder; else a new one in runs/.")
    ] = None,
    exploded: Annotated[
        bool, typer.Option("--exploded", help="Each device as a simulator of its own.")
    ] = False,
    python: InPython = False,
    quiet: Quiet = False,
    snapshots: Annotated[
        list[float] | None,
        typer.Option("--snapshot", metavar="SECONDS", help="Keep the state at this time."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Go on from the last snapshot of a run.")
    ] = None,
    components: Components = None,
    allow_remote: AllowRemote = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Run a scenario and judge what comes out."""
    from twin.cli.watch import watched_run

    _use(components)
    code = watched_run(
        scenario,
        sets or [],
        quiet,
        variant=variant,
        out=out,
        exploded=exploded,
        in_python=python,
        allow_remote=allow_remote,
        allow_outside=allow_outside,
        components=components,
        snapshots_s=tuple(snapshots or ()),
        resume=resume,
    )
    raise typer.Exit(code)


@app.command("list")
def list_(
    what: Annotated[Shelf, typer.Argument(help="What to list.")] = Shelf.TOPOLOGIES,
    components: Components = None,
) -> None:
    """List topologies and scenarios, or components."""
    from twin.cli import listing

    _use(components)
    print(listing.components() if what is Shelf.COMPONENTS else listing.topologies())


@app.command()
def describe(
    name: Annotated[str, typer.Argument(help="A component, a topology or a scenario.")],
    components: Components = None,
) -> None:
    """Tell what something declares or holds."""
    from twin.cli.describe import description

    _use(components)
    print(description(name))


@app.command()
def compare(
    scenario: Scenario,
    seeds: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=10_000, help="Runs of each, from its seed on."),
    ] = 1,
    sets: Sets = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder; else a new one in runs/.")
    ] = None,
    python: InPython = False,
    quiet: Quiet = False,
    components: Components = None,
    allow_remote: AllowRemote = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Run all variants of a scenario and put them side by side: a table, a folder, figures.

    Variants run at once where cores and memory allow, beside the scenario as it stands unless one
    changes nothing. The folder holds every run, every KPI in compare.csv and compare.json, and
    figures as papers print them. Where [economics] names a baseline, the table tells what each
    saves against it. With --seeds, numbers are means, with the 5th and the 95th percentile beside
    them. A variant that fails is told of, and the others are kept.
    """
    from twin.cli.compare import compare as compare_variants

    _use(components)
    code = compare_variants(
        scenario,
        sets or [],
        seeds,
        out,
        quiet,
        in_python=python,
        components=components,
        allow_remote=allow_remote,
        allow_outside=allow_outside,
    )
    raise typer.Exit(code)


@app.command()
def against(
    run: Annotated[Path, typer.Argument(help="The folder of a run with an [economics].")],
    baseline: Annotated[Path, typer.Argument(help="That of its baseline, such as diesel alone.")],
) -> None:
    """Tell what a run saves against its baseline, and when it is paid back."""
    from twin.cli.results import against_text
    from twin.run import open_run

    print(against_text(open_run(run), open_run(baseline)))


@app.command()
def modes(
    scenario: Scenario,
    at: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="When; else just before its first event."),
    ] = None,
    variant: Variant = "",
    sets: Sets = None,
    components: Components = None,
    allow_remote: AllowRemote = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Tell how a scenario swings at an instant, how well damped, and what takes part."""
    from twin.cli.modes import show_modes

    _use(components)
    show_modes(
        scenario,
        sets or [],
        at_s=at,
        variant=variant,
        allow_remote=allow_remote,
        allow_outside=allow_outside,
    )


@app.command()
def foresight(
    run: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
) -> None:
    """Tell how few litres would have done in a run, had all been known beforehand."""
    from twin.cli.foresight import foresight_text

    print(foresight_text(run))


@app.command()
def draw(
    topology: Annotated[str, typer.Argument(help="A topology, or one of its scenarios.")],
    world: Annotated[bool, typer.Option("--world", help="Draw the mosaik simulators.")] = False,
    exploded: Annotated[
        bool, typer.Option("--exploded", help="The same, each device a simulator of its own.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Where to.")] = None,
    components: Components = None,
) -> None:
    """Draw a topology, or its world, as SVG."""
    from twin.cli.drawing import draw_file

    _use(components)
    print(f"wrote {draw_file(topology, world or exploded, exploded, out)}")


@app.command()
def schema(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path(),
    components: Components = None,
) -> None:
    """Write the JSON Schemas that editors read."""
    from twin.cli.files import write_new
    from twin.cli.schemas import schemas

    _use(components)
    for path in write_new(out, schemas(), overwrite=True):
        print(f"wrote {path}")


@new.command("component")
def new_component(
    name: Annotated[str, typer.Argument(help="Its type, like heat_pump.")],
    folder: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path(),
) -> None:
    """Write NAME.py, a device to adapt, and its test."""
    from twin.cli.new import component

    print(component(name, folder))


@new.command("strategy")
def new_strategy(
    name: Annotated[str, typer.Argument(help="Its type, like night_owl.")],
    folder: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path(),
) -> None:
    """Write NAME.py, an energy management in plain Python to adapt, and its test."""
    from twin.cli.new import strategy

    print(strategy(name, folder))


@new.command("topology")
def new_topology(
    name: Annotated[str, typer.Argument(help="Its name, like my_site.")],
    components: Components = None,
) -> None:
    """Write a folder: a site, one day, its test."""
    from twin.cli.new import topology

    print(topology(name, components))
