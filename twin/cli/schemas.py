"""The JSON Schemas of topology and scenario files, as files."""

from __future__ import annotations

import json


def schemas() -> dict[str, str]:
    """Their names and texts; the topology's knows all components that can be found."""
    from twin import catalog
    from twin.file_schema import topology_schema
    from twin.scenario_schema import scenario_schema

    found = {
        "topology.schema.json": topology_schema([catalog.find(name) for name in catalog.names()]),
        "scenario.schema.json": scenario_schema(),
    }
    return {
        name: f"{json.dumps(schema, indent=1, ensure_ascii=False)}\n"
        for name, schema in found.items()
    }
