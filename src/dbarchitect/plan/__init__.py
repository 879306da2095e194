"""Findings to tasks: merge, settle conflicts, order, keep ids; and the re-check of a file's tasks. Pure functions."""

from dbarchitect.plan.make import make_plan
from dbarchitect.plan.verify import recheck

__all__ = ["make_plan", "recheck"]
