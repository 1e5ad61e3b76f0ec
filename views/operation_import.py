"""Bringing a loan book in: upload, what is wrong with it, and the word that writes it."""

import csv
import io

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.errors import AfterloanError
from app.i18n import N_
from app.operation.book import overview
from app.operation.book.actions import commit_import
from app.operation.book.errors import ImportNotFound
from app.operation.book.order import CommitImport
from app.operation.book.tables import TABLES
from app.operation.book.upload import Upload, ask_upload
from app.permission import Permission
from views.page import page
from views.reader import preferences
from views.rendering import is_fragment, render

TABLE_NAMES = {
    "customers": N_("Borrowers"),
    "loans": N_("Loans"),
    "instalments": N_("Schedule"),
    "payments": N_("Payments"),
    "events": N_("Events of loans"),
    "related_parties": N_("Related parties"),
    "security": N_("Security"),
    "security_valuations": N_("Valuations of security"),
    "contacts": N_("Contacts"),
    "cases": N_("Collection cases"),
}
# Without it a spreadsheet takes Chinese headings for something else.
BYTE_ORDER_MARK = "\ufeff"


async def library(request: Request) -> Response:
    return await _library(request)


async def bring(request: Request) -> Response:
    """A worker checks the files; nothing is written before somebody says so."""
    async with request.form() as form:
        uploads, mapping = _uploads(form, "files"), _uploads(form, "mapping")
        try:
            asked = await ask_upload(request.state.actor, uploads, next(iter(mapping), None))
        except AfterloanError as refusal:
            if refusal.status_code != 422:
                raise
            return await _library(request, refusal)
    return RedirectResponse(f"/operation/import/{asked.run_id}", 303)


async def show(request: Request) -> Response:
    """One import; the part that moves asks again by itself while a worker is at it."""
    actor = request.state.actor
    run = await overview.import_run(actor, request.path_params["run_id"])
    template = "operation/_import_run.html" if is_fragment(request) else "operation/import_run.html"
    faults = await overview.faults_of(actor, run)
    return render(request, template, run=run, faults=faults, table_names=TABLE_NAMES)


async def write(request: Request) -> Response:
    run_id = request.path_params["run_id"]
    await commit_import(request.state.actor, CommitImport(run_id=run_id, in_background=True))
    return RedirectResponse(f"/operation/import/{run_id}", 303)


async def template(request: Request) -> Response:
    """An empty table with the headings in the reader's language."""
    table = TABLES.get(request.path_params["table"])
    if table is None:
        raise ImportNotFound
    text = io.StringIO()
    csv.writer(text).writerow([field.heading for field in table.fields])
    return Response(
        (BYTE_ORDER_MARK + text.getvalue()).encode(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{table.name}.csv"',
            "Cache-Control": "no-store",
        },
    )


async def _library(request: Request, refusal: AfterloanError | None = None) -> Response:
    language = preferences(request).language
    words = f"{refusal.render(language)} {refusal.render_mend(language)}" if refusal else ""
    return render(
        request,
        "operation/import.html",
        refusal.status_code if refusal else 200,
        runs=await overview.import_runs(request.state.actor),
        table_names=TABLE_NAMES,
        error=words.strip(),
    )


def _uploads(form: FormData, name: str) -> list[Upload]:
    """A file field that was left empty still comes, without a name."""
    return [
        Upload(name=found.filename, content=found.file)
        for found in form.getlist(name)
        if isinstance(found, UploadFile) and found.filename
    ]


RUN = "/operation/import/{run_id:int}"
routes: list[Route] = [
    page("/operation/import", library, permission=Permission.IMPORT_RUN),
    page("/operation/import", bring, permission=Permission.IMPORT_RUN, methods=("POST",)),
    page(RUN, show, permission=Permission.IMPORT_RUN),
    page(f"{RUN}/write", write, permission=Permission.IMPORT_RUN, methods=("POST",)),
    page("/operation/import/template/{table}.csv", template, permission=Permission.IMPORT_RUN),
]
