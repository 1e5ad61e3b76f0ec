"""An editor for the API's queries, from our own files. Development only, unless the operator says
so: it shows nobody anything by itself, a token is asked for like everywhere else."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.settings import settings
from views.page import public_page
from views.rendering import render


async def graphiql(request: Request) -> Response:
    wanted = settings().graphiql
    if not (settings().is_development if wanted is None else wanted):
        raise HTTPException(404)
    return render(request, "graphiql/index.html")


routes: list[Route] = [public_page("/graphiql", graphiql, name="graphiql")]
