"""A resident's cards, one card with its history and its buttons, and what the buttons do."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from mynacard.choices import IN_HAND, Clock
from mynacard.domain.identity import DOCUMENTS
from mynacard.domain.lifecycle import MOVES, Move, moves_from
from mynacard.domain.lifecycle import State as DomainState
from mynacard.models import Card
from mynacard.selectors import cards as selectors
from mynacard.services import cards, counter
from mynacard.services.counter import PURPOSE
from mynacard.web.forms import NoteForm
from mynacard.web.standing import standing_of

TONES = {"LIVE": "success", "SUSPENDED": "warning", "VOID": "error", "READY": "info"}

# What is in a history and no move of the table.
_WORDS = {"take_over": "既存カードの引継ぎ", "leave_japan": "国外転出（国外継続利用）"}


@staff_view(permission="mynacard.see_cards")
@require_safe
def of_resident(request: StaffRequest, resident: UUID) -> HttpResponse:
    """A resident's cards, and what may be applied for."""
    at = now()
    record, found = counter.see_all(resident=resident, by=request.actor, at=at, purpose=PURPOSE)
    is_present = record.is_present_on(at.day)
    shown = {
        "record": record,
        "standing": standing_of(record, at.day),
        "rows": [(card, selectors.state_label(card, at), TONES.get(card.state, "")) for card in found],
        "may_apply": request.actor.may("mynacard.apply") and is_present,
        "may_apply_express": request.actor.may("mynacard.apply_express") and is_present,
        "print_purpose": PURPOSE,
        "breadcrumbs": [("本人確認情報", reverse("juki_resident", args=[resident])), ("個人番号カード", "")],
    }
    return render(request, "mynacard/cards/of_resident.html", shown)


@staff_view(permission="mynacard.see_cards")
@require_safe
def card(request: StaffRequest, card: int) -> HttpResponse:
    """One card: what it is, what became of it, what may be done."""
    at = now()
    seen = counter.see(card=card, by=request.actor, at=at, purpose=PURPOSE)
    of_holder = reverse("mynacard_cards_of_resident", args=[seen.card.resident_id])
    shown = {
        "seen": seen,
        "standing": standing_of(seen.record, at.day),
        "card": seen.card,
        "label": selectors.state_label(seen.card, at),
        "tone": TONES.get(seen.card.state, ""),
        "history": [(row, _word(row.verb)) for row in seen.history],
        "documents": [DOCUMENTS.get(code, code) for code in seen.hand_over.documents] if seen.hand_over else [],
        "moves": _buttons(seen.card, request.actor),
        "may_keep_abroad": seen.card.clock == Clock.LEAVE_COUNTRY and request.actor.may("mynacard.update"),
        "may_certify": seen.card.state in IN_HAND and request.actor.may("mynacard.update"),
        "print_purpose": PURPOSE,
        "breadcrumbs": [("個人番号カード", of_holder), (seen.card.card_number, "")],
    }
    return render(request, "mynacard/cards/card.html", shown)


@staff_view(permission="mynacard.see_cards")
def make_move(request: StaffRequest, card: int, verb: str) -> HttpResponse:
    """Ask for the reason, then make the move."""
    move = MOVES.get(verb)
    if move is None or not move.at_the_counter:
        raise Http404
    found = selectors.get(card)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cards.make_move(card=card, verb=verb, note=form.cleaned_data["note"], by=request.actor, at=now())
            messages.success(request, f"{move.label}を行いました。")
            return redirect("mynacard_card", card=card)
        except Refused as refusal:
            put_on(form, refusal)
    return render(request, "shell/form.html", _confirmation(move, found, form))


def _buttons(card: Card, by: Actor) -> list[Move]:
    """The table's rows for this state and this person."""
    may_continue = card.clock in (Clock.CONTINUE, Clock.LEAVE_AGAIN)
    return [
        move
        for move in moves_from(DomainState(card.state))
        if move.at_the_counter and by.may(move.permission) and (move.verb != "continue_use" or may_continue)
    ]


def _word(verb: str) -> str:
    return MOVES[verb].label if verb in MOVES else _WORDS[verb]


def _confirmation(move: Move, card: Card, form: NoteForm) -> dict[str, object]:
    back = reverse("mynacard_card", args=[card.pk])
    ends = "このカードと電子証明書は使えなくなり、元に戻せません。" if move.cause else ""
    holds = "電子証明書も一時保留になります。" if move.target is DomainState.SUSPENDED else ""
    return {
        "form": form,
        "title": move.label,
        "lead": f"製造番号 {card.card_number}　根拠 {move.statute}　{ends}{holds}",
        "submit": f"{move.label}を行う",
        "back": back,
        "breadcrumbs": [(card.card_number, back), (move.label, "")],
    }
