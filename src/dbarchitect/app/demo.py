"""The use case `demo`: the main job on the built-in shop."""

from collections.abc import Callable
from dataclasses import replace

from dbarchitect.app.judging import chosen_settings
from dbarchitect.app.review import Request, Reviewed, check_output, review_snapshot
from dbarchitect.app.sources import read_url
from dbarchitect.lab.demo.shop import DATABASE, LIMITS, running_shop
from dbarchitect.model.limits import Limits
from dbarchitect.model.progress import Progress


def demo_review(request: Request, progress: Progress, *, serve: Callable[[str], None] | None = None) -> Reviewed:
    """Review the shop. `serve` is called with its URL after the review, while the shop still runs."""
    settings = chosen_settings(request.config, request.checks)
    if settings.limits == Limits():
        settings = replace(settings, limits=LIMITS)
    check_output(request)
    with running_shop(progress) as server:
        url = server.url(DATABASE)
        snapshot = read_url(url, settings.limits, progress)
        reviewed = review_snapshot(snapshot, request, settings, progress)
        if serve is not None:
            serve(url)
    return reviewed
