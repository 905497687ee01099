"""市町村間の通知 on the screen: one inbox, one message, its moves, and what the town has set."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.domain.town_messages import KINDS, MOVES, OPEN, Kind, Side, State, allows, is_overdue
from juki.models import TownMessage
from juki.selectors import town_messages as selectors
from juki.services import town_messages, town_notices
from juki.services.town_messages import Opened
from juki.web.message_contents import facts, people
from juki.web.town_forms import DeskForm, MessageFilter, ReasonForm, TownNoticeForm

INBOX = ("市町村間の通知", "juki_town_messages")
TONES = {"SENT": "warning", "RECEIVED": "info", "DISAGREED": "error", "REFUSED": "error", "WITHDRAWN": ""}


@staff_view(permission="juki.see_town_messages")
@require_safe
def inbox(request: StaffRequest) -> HttpResponse:
    """What came and what was sent, the most pressing first; of a 転入通知 the new town, as 法9条1項 has it told."""
    at = now()
    form = MessageFilter({"box": "received", "only": "open"} | request.GET.dict())
    asked = form.cleaned_data if form.is_valid() else {"box": "received", "kind": "", "only": "open"}
    sent = asked["box"] == "sent"
    found = selectors.sent_by(request.actor) if sent else selectors.received_by(request.actor)
    if asked["kind"]:
        found = found.filter(kind=asked["kind"])
    if asked["only"] == "overdue":
        found = selectors.overdue(found, at.day)
    elif asked["only"] != "all":
        found = found.filter(state__in=[state.value for state in OPEN])
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "sent": sent,
        "may_settle": not sent and request.actor.may("juki.handle_town_messages") and _has_notices(page),
        "may_write": request.actor.may("juki.write_town_messages"),
        "may_set": request.actor.may("juki.set_town_desk"),
        "rows": [_row(message, message.receiver if sent else message.sender, at.day) for message in page],
        "breadcrumbs": [(INBOX[0], "")],
    }
    return render(request, "juki/towns/inbox.html", shown)


@staff_view(permission="juki.see_town_messages")
@require_safe
def detail(request: StaffRequest, message: UUID) -> HttpResponse:
    """One message, opened: what it says, what was answered, what became of it, what may be done."""
    at = now()
    opened = town_messages.open_message(message=message, by=request.actor, at=at)
    found = opened.message
    shown = {
        "message": found,
        "article": KINDS[Kind(found.kind)].article,
        "answer_label": KINDS[Kind(found.kind)].answer_label,
        "sender": municipalities.address_of(found.sender),
        "receiver": municipalities.address_of(found.receiver),
        "is_overdue": is_overdue(State(found.state), found.due_on, at.day),
        "tone": TONES.get(found.state, "success"),
        "is_covered": opened.is_covered,
        "facts": facts(opened.body),
        "answer": facts(opened.answer or {}),
        "people": people(opened.answer),
        "steps_taken": [(step, MOVES[step.verb].label if step.verb in MOVES else "送信") for step in opened.steps],
        "moves": opened.moves,
        "links": _links(opened, request),
        "may_draw": _may_draw(opened, request),
        "may_enter": _may_enter(opened, request),
        "print_purpose": "住民基本台帳に関する事務",
        "breadcrumbs": [(INBOX[0], reverse(INBOX[1])), (found.get_kind_display(), "")],
    }
    return render(request, "juki/towns/message.html", shown)


@staff_view(permission="juki.handle_town_messages")
@require_POST
def settle(request: StaffRequest) -> HttpResponse:
    """Settle the 転入通知 that were ticked."""
    ticked = [UUID(text) for text in request.POST.getlist("message") if _is_uuid(text)]
    count = town_messages.settle_many(messages=ticked, by=request.actor, at=now())
    messages.success(request, f"{count}件の転入通知を処理済みにしました。")
    return redirect(INBOX[1])


@staff_view(permission="juki.handle_town_messages")
def make_move(request: StaffRequest, message: UUID, verb: str) -> HttpResponse:
    """Ask for the reason where one is needed, then make the move."""
    move = MOVES.get(verb)
    if move is None or not move.at_the_counter:
        raise Http404
    found = selectors.get(message)
    back = reverse("juki_town_message", args=[message])
    form = ReasonForm(request.POST or None, required=move.needs_note)
    if request.method == "POST" and form.is_valid():
        try:
            town_messages.make_move(
                message=message, verb=verb, note=form.cleaned_data["note"], by=request.actor, at=now()
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"「{move.label}」を記録しました。相手の市区町村に伝わります。")
            return redirect(back)
    shown = {
        "form": form,
        "title": move.label,
        "lead": f"{found.get_kind_display()}　根拠 {move.statute}",
        "submit": f"{move.label}を記録する",
        "back": back,
        "breadcrumbs": [(INBOX[0], reverse(INBOX[1])), (found.get_kind_display(), back), (move.label, "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.write_town_messages")
def new(request: StaffRequest) -> HttpResponse:
    """Write to another town; the token in the form is the key, so a double send is one notice."""
    form = TownNoticeForm(request.POST or None, initial={"token": str(uuid4())})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            posted = town_notices.write(
                kind=asked["kind"], receiver=asked["receiver"], items=form.items(), key=f"screen-{asked['token']}",
                by=request.actor, at=now(), channel="SCREEN",
            )  # fmt: skip
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "通知を送りました。")
            return redirect("juki_town_message", message=posted.message.pk)
    shown = {
        "form": form,
        "title": "ほかの市区町村への通知",
        "lead": "内容は封印され、両方の市区町村だけが読めます。本籍は通知の中にだけ残ります。",
        "submit": "通知する",
        "back": reverse(INBOX[1]),
        "breadcrumbs": [(INBOX[0], reverse(INBOX[1])), ("通知の作成", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.set_town_desk")
def desk(request: StaffRequest) -> HttpResponse:
    """Days, hours and the signatory of the own town."""
    office = request.actor.organisation
    held = selectors.desk_of(office)
    form = DeskForm(request.POST or None, initial={name: getattr(held, name) for name in DeskForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            town_messages.set_desk(office=office, values=form.cleaned_data, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "設定を保存しました。")
            return redirect("juki_town_desk")
    shown = {
        "form": form,
        "title": "市町村間の事務の設定",
        "submit": "保存する",
        "back": reverse(INBOX[1]),
        "breadcrumbs": [(INBOX[0], reverse(INBOX[1])), ("設定", "")],
    }
    return render(request, "shell/form.html", shown)


def _has_notices(page: Iterable[TownMessage]) -> bool:
    return any(message.kind == Kind.MOVE_IN_NOTICE and message.state in OPEN for message in page)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _row(message: TownMessage, other: str, today: Any) -> dict[str, Any]:
    return {
        "message": message,
        "other": municipalities.municipality(other).name,
        "is_overdue": is_overdue(State(message.state), message.due_on, today),
        "tone": TONES.get(message.state, "success"),
        "is_open": message.state in OPEN,
    }


def _may_draw(opened: Opened, request: StaffRequest) -> bool:
    message = opened.message
    is_mine = Side.SENDER in selectors.sides_of(message, request.actor) and request.actor.may("juki.wide_area")
    return message.kind == Kind.WIDE_AREA and is_mine and opened.answer is not None


def _may_enter(opened: Opened, request: StaffRequest) -> bool:
    message, enters = opened.message, MOVES["enter"]
    is_mine = Side.RECEIVER in selectors.sides_of(message, request.actor) and request.actor.may(enters.permission)
    return is_mine and allows(enters, Kind(message.kind), State(message.state))


def _links(opened: Opened, request: StaffRequest) -> list[tuple[str, str]]:
    """Where the clerk goes on, beside the moves of the table."""
    message, actor = opened.message, request.actor
    sides, is_open = selectors.sides_of(message, actor), message.state in OPEN
    links = []
    if message.kind == Kind.WIDE_AREA and Side.RECEIVER in sides and is_open and actor.may("juki.handle_town_messages"):
        links.append(("回答を入力する", reverse("juki_wide_area_answer", args=[message.pk])))
    is_mine = message.kind == Kind.MOVE_OUT_INFORMATION and Side.RECEIVER in sides
    if is_mine and is_open and actor.may("juki.keep_move_outs"):
        links.append(("転出証明書情報を登録して回答する", reverse("juki_move_outs") + f"?resident={message.resident}"))
    return links
