"""Posting a payment, and taking a wrong one back."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.errors import AfterloanError
from app.loan import queries
from app.loan.actions import post_payment, reverse_payment
from app.loan.errors import PaymentNotFound
from app.loan.file import LoanFile, PaymentRow
from app.loan.order import PaymentPosted, ReversePayment
from app.number import ID_MAX, payment_number
from app.permission import Permission
from views.loan import shown
from views.loan_drawing import words
from views.loan_form import (
    PaymentForm,
    new_form,
    new_key,
    read_form,
    refusal_to_post,
    refusal_to_reverse,
)
from views.page import page
from views.rendering import is_fragment, render


async def form(request: Request) -> Response:
    """The form alone, as a page of its own for a browser without script."""
    file = await _file(request)
    refusal = await refusal_to_post(request.state.actor, file)
    return _form(request, file, new_form(file), refusal=refusal)


async def post(request: Request) -> Response:
    file = await _file(request)
    typed, order = read_form(await request.form(), file)
    if order is None:
        return _form(request, file, typed, status_code=422)
    try:
        outcome = await post_payment(request.state.actor, order, key=typed.key)
    except AfterloanError as refusal:
        return _form(request, file, typed.refused(refusal), status_code=refusal.status_code)
    posted = outcome.result
    if not is_fragment(request):
        return RedirectResponse(f"{file.path}?tab=payment#payment-{posted.payment_id}", 303)
    return await _posted(request, posted)


async def reversal_form(request: Request) -> Response:
    file = await _file(request)
    payment = await _payment(request, file)
    refusal = await refusal_to_reverse(request.state.actor, file, payment.id)
    return _reversal(request, file, payment, refusal=refusal, key=new_key())


async def reverse(request: Request) -> Response:
    file = await _file(request)
    payment = await _payment(request, file)
    sent = await request.form()
    reason, key = str(sent.get("reason", "")).strip(), str(sent.get("key", "")) or new_key()
    order = ReversePayment(
        customer_id=file.customer_id, loan_id=file.id, payment_id=payment.id, reason=reason
    )
    try:
        await reverse_payment(request.state.actor, order, key=key)
    except AfterloanError as refusal:
        return _reversal(request, file, payment, error=refusal, key=key, reason=reason)
    if not is_fragment(request):
        return RedirectResponse(f"{file.path}?tab=payment#payment-{payment.id}", 303)
    context = await shown(request, "payment")
    return render(request, "loan/_reversed.html", payment=payment, **context)


async def _posted(request: Request, posted: PaymentPosted) -> Response:
    context = await shown(request, "payment")
    return render(
        request,
        "loan/_posted.html",
        posted=posted,
        number=payment_number(posted.payment_id),
        **context,
    )


def _form(
    request: Request,
    file: LoanFile,
    typed: PaymentForm,
    *,
    status_code: int = 200,
    refusal: AfterloanError | None = None,
) -> Response:
    template = "loan/_payment_form.html" if is_fragment(request) else "loan/payment.html"
    return render(
        request,
        template,
        status_code,
        file=file,
        form=typed,
        refusal=refusal,
        in_dialog=is_fragment(request),
        **words(),
    )


def _reversal(
    request: Request,
    file: LoanFile,
    payment: PaymentRow,
    *,
    key: str,
    refusal: AfterloanError | None = None,
    error: AfterloanError | None = None,
    reason: str = "",
) -> Response:
    template = "loan/_reversal_form.html" if is_fragment(request) else "loan/reversal.html"
    return render(
        request,
        template,
        error.status_code if error else 200,
        file=file,
        payment=payment,
        refusal=refusal,
        error=error.told() if error else "",
        reason=reason,
        key=key,
        in_dialog=is_fragment(request),
        **words(),
    )


async def _file(request: Request) -> LoanFile:
    ids = request.path_params
    return await queries.loan_file(request.state.actor, ids["customer_id"], ids["loan_id"])


async def _payment(request: Request, file: LoanFile) -> PaymentRow:
    id = request.path_params["payment_id"]
    payments = await queries.payments_of(file) if id <= ID_MAX else []
    found = next((payment for payment in payments if payment.id == id), None)
    if found is None:
        raise PaymentNotFound(number=file.number)
    return found


_PAYMENT = "/customer/{customer_id:int}/loan/{loan_id:int}/payment"
_REVERSAL = f"{_PAYMENT}/{{payment_id:int}}/reversal"

routes = [
    page(_PAYMENT, form, permission=Permission.PAYMENT_POST),
    page(_PAYMENT, post, permission=Permission.PAYMENT_POST, methods=("POST",)),
    page(_REVERSAL, reversal_form, permission=Permission.PAYMENT_REVERSE),
    page(_REVERSAL, reverse, permission=Permission.PAYMENT_REVERSE, methods=("POST",)),
]
