"""The plan as JSON, by a published schema (docs/reference/report.schema.json)."""

import json
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from dbarchitect.model.finding import Finding, Trial
from dbarchitect.model.task import Item, Plan, PlanEntry

SCHEMA_VERSION = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatementPart(_Part):
    """A statement without its semicolon; `alone`: it cannot run inside a transaction."""

    sql: str
    alone: bool


class VerificationPart(_Part):
    """A read-only query and the text that it gives once the change is made."""

    sql: str
    expected: str


class EvidencePart(_Part):
    """What a claim rests on: observed, estimated, measured or verified."""

    kind: str
    text: str
    repeat: str | None


class TrialPart(_Part):
    """What the lab saw of the change on an empty copy of the schema."""

    server: str
    done: bool
    verified: bool | None
    undone: bool | None
    failures: list[str]
    not_run: str | None


class FindingPart(_Part):
    """One problem. `key` is its identity over re-runs."""

    key: str
    check: str
    subject: str
    title: str
    claim: str
    severity: str
    confidence: str
    benefit: str
    evidence: list[EvidencePart]


class ChangePart(_Part):
    """What to do, the way back, and what it costs. `advice_only` says why there is no statement."""

    type: str
    strategy: str
    do: list[StatementPart]
    undo: list[StatementPart]
    no_undo: str | None
    advice_only: str | None
    verify: VerificationPart | None
    lock: str
    duration: str
    online: bool
    risk: str
    hazards: list[str]
    assumptions: list[str]
    requires_restart: bool
    size_bytes: int | None


class ItemPart(_Part):
    """A task. `findings` is empty and `change` null for one whose finding is gone or was not looked for."""

    id: str
    plan: str
    keys: list[str]
    label: str
    done: bool
    open: bool
    status: str | None
    depends_on: list[str]
    findings: list[FindingPart]
    change: ChangePart | None
    trial: TrialPart | None


class PlanPart(_Part):
    """The items of one area and table."""

    id: str
    key: str
    label: str
    done: bool
    tables: list[str]
    items: list[str]


class GapPart(_Part):
    """Something that could not be read or checked."""

    what: str
    reason: str
    remedy: str
    checks: list[str]


class CheckPart(_Part):
    """A check and why it did not run (null: it ran)."""

    slug: str
    not_run: str | None


class MutedPart(_Part):
    """A finding that was left out."""

    key: str
    reason: str
    until: date | None


class SettledPart(_Part):
    """A finding without a task of its own: the key of the one that includes it, or null when withheld."""

    key: str
    reason: str
    into: str | None


class LinePart(_Part):
    """A line of the quality checklist."""

    title: str
    done: bool
    proof: str


class SourcePart(_Part):
    """What was read."""

    engine: str
    version: str
    database: str
    source: str
    origin: str
    taken_at: datetime
    tables: int
    indexes: int
    size_bytes: int | None


class Report(_Part):
    """A review as one JSON document."""

    schema_version: int = Field(default=SCHEMA_VERSION, json_schema_extra={"const": SCHEMA_VERSION})
    tool_version: str
    source: SourcePart
    plans: list[PlanPart]
    items: list[ItemPart]
    checklist: list[LinePart]
    gaps: list[GapPart]
    checks: list[CheckPart]
    muted: list[MutedPart]
    settled: list[SettledPart]


def render_json(plan: Plan) -> str:
    """The plan as JSON text."""
    return to_report(plan).model_dump_json(indent=2) + "\n"


def report_schema() -> str:
    """The JSON Schema of the document, as published."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | Report.model_json_schema(mode="serialization"), indent=2) + "\n"


def to_report(plan: Plan) -> Report:
    """The plan as the document's values."""
    return Report(
        tool_version=plan.context.tool_version,
        source=_source(plan),
        plans=[_plan(entry) for entry in plan.plans],
        items=[_item(item) for item in plan.items],
        checklist=[LinePart(title=line.title, done=line.done, proof=line.proof) for line in plan.checklist],
        gaps=[GapPart(what=g.what, reason=g.reason, remedy=g.remedy, checks=list(g.checks)) for g in plan.gaps],
        checks=[CheckPart(slug=c.slug, not_run=c.not_run) for c in plan.checks],
        muted=[MutedPart(key=m.finding.key, reason=m.reason, until=m.until) for m in plan.muted],
        settled=[SettledPart(key=s.finding.key, reason=s.reason, into=s.into) for s in plan.settled],
    )


def _source(plan: Plan) -> SourcePart:
    context = plan.context
    return SourcePart(
        engine=context.engine.value,
        version=context.version,
        database=context.database,
        source=context.source,
        origin=context.origin.value,
        taken_at=context.taken_at,
        tables=context.counts.tables,
        indexes=context.counts.indexes,
        size_bytes=context.size_bytes,
    )


def _plan(entry: PlanEntry) -> PlanPart:
    return PlanPart(
        id=str(entry.id),
        key=entry.key,
        label=entry.label,
        done=entry.done,
        tables=[str(table) for table in entry.tables],
        items=[str(item.id) for item in entry.items],
    )


def _item(item: Item) -> ItemPart:
    task = item.task
    return ItemPart(
        id=str(item.id),
        plan=str(item.plan),
        keys=list(item.keys),
        label=item.label,
        done=item.done,
        open=item.open,
        status=item.status.sentence if item.status else None,
        depends_on=[str(other) for other in item.depends_on],
        findings=[_finding(finding) for finding in task.findings] if task else [],
        change=_change(task.lead) if task else None,
        trial=_trial(task.lead.trial) if task and task.lead.trial else None,
    )


def _finding(finding: Finding) -> FindingPart:
    return FindingPart(
        key=finding.key,
        check=finding.check,
        subject=finding.subject.key,
        title=finding.title,
        claim=finding.claim,
        severity=finding.severity.name.lower(),
        confidence=finding.confidence.name.lower(),
        benefit=finding.benefit,
        evidence=[EvidencePart(kind=e.kind.value, text=e.text, repeat=e.repeat) for e in finding.evidence],
    )


def _change(finding: Finding) -> ChangePart:
    change = finding.change
    verify = VerificationPart(sql=change.verify.sql, expected=change.verify.expected) if change.verify else None
    return ChangePart(
        type=change.kind.value,
        strategy=change.strategy.value,
        do=[StatementPart(sql=step.sql, alone=step.alone) for step in change.steps],
        undo=[StatementPart(sql=step.sql, alone=step.alone) for step in change.undo],
        no_undo=change.no_undo,
        advice_only=change.advice_only,
        verify=verify,
        lock=change.lock,
        duration=change.duration,
        online=change.online,
        risk=change.risk.name.lower(),
        hazards=list(change.hazards),
        assumptions=list(change.assumptions),
        requires_restart=change.requires_restart,
        size_bytes=change.size_bytes,
    )


def _trial(trial: Trial) -> TrialPart:
    return TrialPart(
        server=trial.server,
        done=trial.done,
        verified=trial.verified,
        undone=trial.undone,
        failures=[f"{step.sql}: {step.error}" for step in trial.failures],
        not_run=trial.not_run,
    )
