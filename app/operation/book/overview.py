"""What a person sees of imports: the runs, one of them, its faults in words."""

from app.actor import Actor
from app.operation.book.errors import ImportNotFound
from app.operation.book.fault import Fault, Place
from app.operation.models import ImportProblem, ImportRun
from app.permission import Permission

RUNS_SHOWN_MAX = 50
FAULTS_SHOWN_MAX = 500


async def import_runs(actor: Actor) -> list[ImportRun]:
    """The newest first."""
    actor.require(Permission.IMPORT_RUN)
    return await ImportRun.all().order_by("-id").limit(RUNS_SHOWN_MAX)


async def import_run(actor: Actor, run_id: int) -> ImportRun:
    actor.require(Permission.IMPORT_RUN)
    run = await ImportRun.get_or_none(id=run_id)
    if run is None:
        raise ImportNotFound
    return run


async def faults_of(actor: Actor, run: ImportRun) -> list[Fault]:
    actor.require(Permission.IMPORT_RUN)
    found = await ImportProblem.filter(import_run_id=run.id).order_by("id").limit(FAULTS_SHOWN_MAX)
    return [_fault(problem) for problem in found]


def _fault(problem: ImportProblem) -> Fault:
    facts = dict(problem.facts)
    value, position = facts.pop("value", ""), facts.pop("position", 1)
    place = Place(
        file=problem.file, line=problem.line or 1, column=problem.column, position=position
    )
    return Fault(place=place, code=problem.code, value=value, facts=facts)
