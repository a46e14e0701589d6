"""The plugins that come with Capriccio. Each is written as a third party would write it."""

BUILTIN = (
    "capriccio.plugins.images",
    "capriccio.plugins.painted",
    "capriccio.plugins.output",
    "capriccio.plugins.sheets",
    "capriccio.plugins.networks",
    "capriccio.plugins.colors",
    "capriccio.plugins.losses",
    "capriccio.plugins.mrf",
    "capriccio.plugins.regions",
    "capriccio.plugins.optimize",
    "capriccio.plugins.lists",
    "capriccio.plugins.values",
)
