"""A refusal on the form that asked: each fault at its field, the rest above."""

from django import forms

from jlis.kernel.errors import Invalid, Refused


def put_on(form: forms.Form, refusal: Refused) -> None:
    """Show a refusal where the clerk can mend it; a missing permission is not mended on a form."""
    if refusal.status == 403:
        raise refusal
    if not isinstance(refusal, Invalid) or not refusal.errors:
        form.add_error(None, refusal.message)
        return
    for fault in refusal.errors:
        message = f"{fault.row}行目 {fault.message}" if fault.row and fault.row > 1 else fault.message
        form.add_error(fault.field if fault.field in form.fields else None, message)
