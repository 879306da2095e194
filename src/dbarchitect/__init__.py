"""dbarchitect: a database architect you can run."""

__version__: str


def __getattr__(name: str) -> str:
    """The version, read when somebody asks: reading the installed package's metadata takes longer than all of a `--help`."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("dbarchitect")
    except PackageNotFoundError:  # running from a source tree that was never installed
        return "0.0.0"
