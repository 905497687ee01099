"""The form by which staff settle what waits: applied after all, or withdrawn, with a reason."""

from collections.abc import Callable

from django.contrib import messages

from jlis.kernel.errors import Forbidden, Refused
from jlis.kernel.faces.web import StaffRequest
from jlis.kernel.time import now
from juki.web.forms import SettleForm


def is_settled(request: StaffRequest, form: SettleForm, settle: Callable[..., object], *, done: str) -> bool:
    """Whether a form that was sent has settled it; a refusal stands on the form. `settle` takes apply, note, by, at."""
    if request.method != "POST" or not form.is_valid():
        return False
    decided = form.cleaned_data
    try:
        settle(apply=decided["decision"] == "apply", note=decided["note"], by=request.actor, at=now())
    except Forbidden:
        raise
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, done)
    return True
