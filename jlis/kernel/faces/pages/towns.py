"""The look-up behind the address fields, for the page's own script."""

from django.http import HttpRequest, JsonResponse

from jlis.kernel.faces.web import staff_view
from jlis.kernel.organisations.models import Postcode
from jlis.kernel.organisations.selectors import municipalities, towns


@staff_view(permission="*")
def town_lookup(request: HttpRequest) -> JsonResponse:
    """Towns for `office` and `q`, or the places of a `postcode`."""
    if postcode := request.GET.get("postcode", ""):
        return JsonResponse({"places": [_place(line) for line in towns.by_postcode(postcode)]})
    found = towns.search(request.GET.get("office", ""), request.GET.get("q", ""))
    return JsonResponse({"towns": [{"name": str(t), "kana": t.oaza_kana, "postcode": t.postcode} for t in found]})


def _place(line: Postcode) -> dict[str, str]:
    begins = municipalities.address_of(line.office_id)
    return {"office": line.office_id, "address": begins + line.town, "town": line.town, "kana": line.town_kana}
