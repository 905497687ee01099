"""検証者の登録: application, the moves of its life, and what it may be told from which day on."""

from dataclasses import dataclass
from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import CorporateNumber
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.organisations.services import bodies
from jlis.kernel.time import Moment
from jpki import policies
from jpki.choices import PaperKind, PartyKind, PartyState
from jpki.domain import relying_parties as domain
from jpki.domain.relying_parties import BASES, PARTY_MOVES, Entitlement, PartyMove, party_code
from jpki.models import PartyEntitlement, PartyPaper, PartyStep, RelyingParty
from jpki.selectors import relying_parties as selectors

_LONGEST_NOTE = 400
_ADMINISTRATIVE = frozenset(OrganisationKind) - {OrganisationKind.OPERATOR, OrganisationKind.JLIS}


@dataclass(frozen=True)
class Papers:
    """The paper by which a party is registered: what it is, its number and its date."""

    kind: PaperKind
    number: str
    dated: date


@dataclass(frozen=True)
class Application:
    """Who is to be registered: a 行政機関等 by its body's code, a company by its name, until it has a code."""

    kind: PartyKind
    service: str
    what: frozenset[Entitlement]
    paper: Papers
    organisation: str = ""
    name: str = ""
    corporate_number: str = ""
    platform: int | None = None


def apply(*, application: Application, by: Actor, at: Moment) -> RelyingParty:
    """Enter a notice or an application. A platform's staff may enter providers under it, and nobody else.

    Raises Forbidden, Invalid with each fault, Conflict for a body that is registered already.
    """
    platform = _platform_of(application, by)
    _must_be_whole(application)
    with acting(JPKI):
        body = _body_of(application)
        if body is not None and selectors.alive(body.pk, platform=platform):
            raise Conflict("registered_already", f"{body.name}はすでに登録されています。", field="organisation")
        party = RelyingParty.objects.create(
            kind=application.kind,
            name=body.name if body else application.name.strip(),
            corporate_number=application.corporate_number,
            organisation=body,
            platform=platform,
            keeper=platform.keeper if platform else body.pk if body else "",
            service=application.service.strip(),
            state=PartyState.APPLIED,
            entered_by=by.id,
            entered_by_label=by.label,
            applied_on=at.day,
        )
        PartyPaper.objects.create(party=party, keeper=party.keeper, **vars(application.paper))
        for what in sorted(application.what):
            _entitle(party, what, BASES.get(what, "取決め"), at.day)
        _noted(party, "apply", by, at)
        audit.record(action="jpki.party_applied", by=by, detail={"party": party.pk, "kind": party.kind})
        return party


def move(*, party: int, verb: str, by: Actor, at: Moment, note: str = "") -> RelyingParty:
    """Make a move of the table. A platform's end ends the providers under it.

    Raises Forbidden, NotFound, Conflict for the state, Invalid without a note that the move needs.
    """
    wanted = PARTY_MOVES[verb]
    with acting(JPKI):
        found = _locked(party, by)
        policies.must_move(wanted, found, by)
        _must_say_why(wanted, note)
        if verb == "accept":
            _accept(found, by)
        if verb == "start":
            _platform_is_active(found)
        _make(wanted, found, by, at, note)
        if verb == "end" and found.kind == PartyKind.PLATFORM:
            _end_providers(found, by, at)
    return found


def entitle(*, party: int, what: Entitlement, basis: str, by: Actor, at: Moment) -> PartyEntitlement:
    """Let a party be told more, from the day on. Raises Forbidden, NotFound, Invalid, Conflict."""
    by.must("jpki.manage_parties")
    if not basis.strip():
        raise Invalid.of([FieldError("basis", "required", "根拠となる条項・取決めを入力してください。")])
    with acting(JPKI):
        found = _locked(party, by)
        if found.state not in (PartyState.APPLIED, PartyState.ACCEPTED, PartyState.ACTIVE, PartyState.STOPPED):
            raise Conflict("state_does_not_allow", "終了した検証者には提供する情報を加えられません。")
        if found.entitlements.filter(what=what, valid_to=None).exists():
            raise Conflict("entitled_already", "この情報はすでに提供の対象です。", field="what")
        row = _entitle(found, what, basis.strip(), at.day)
        detail = {"party": party, "what": what.value, "basis": row.basis}
        audit.record(action="jpki.party_entitled", by=by, detail=detail)
        return row


def end_entitlement(*, party: int, what: Entitlement, by: Actor, at: Moment) -> None:
    """From the day on the party is not told it any more. Raises Forbidden, NotFound."""
    by.must("jpki.manage_parties")
    with acting(JPKI):
        found = _locked(party, by)
        ended = PartyEntitlement.objects.filter(party=found, what=what, valid_to=None).update(valid_to=at.day)
        if not ended:
            raise NotFound("not_entitled", "提供の対象ではありません。", field="what")
        audit.record(action="jpki.party_entitlement_ended", by=by, detail={"party": party, "what": what.value})


def file_paper(*, party: int, paper: Papers, by: Actor, at: Moment) -> PartyPaper:
    """A further paper: an agreement, a renewed certification. Raises Forbidden, NotFound, Invalid."""
    by.must("jpki.manage_parties")
    if not paper.number.strip() or paper.dated > at.day:
        message = "文書番号を入力してください。" if not paper.number.strip() else "日付が先の日になっています。"
        raise Invalid.of([FieldError("number" if not paper.number.strip() else "dated", "invalid", message)])
    with acting(JPKI):
        found = _locked(party, by)
        row = PartyPaper.objects.create(party=found, keeper=found.keeper, **vars(paper))
        audit.record(action="jpki.party_paper_filed", by=by, detail={"party": party, "paper": paper.kind.value})
        return row


def _platform_of(application: Application, by: Actor) -> RelyingParty | None:
    """The platform under which a provider stands; the actor must be allowed to enter the application at all."""
    if application.kind != PartyKind.PROVIDER or by.may("jpki.manage_parties"):
        by.must("jpki.manage_parties")
        if application.kind != PartyKind.PROVIDER:
            return None
        with acting(JPKI):
            return _registered_platform(application.platform)
    by.must("jpki.notify_providers")
    with acting(JPKI):
        own = selectors.own_platform(by.organisation)
    if own is None or application.platform not in (None, own.pk):
        raise Forbidden("no_platform", "SP事業者を届け出られるのは、登録されたPF事業者です。")
    return own


def _registered_platform(pk: int | None) -> RelyingParty:
    found = selectors.platforms().filter(pk=pk or 0).first()
    if found is None:
        raise Invalid.of([FieldError("platform", "required", "委託を受けるPF事業者を選んでください。")])
    return found


def _body_of(application: Application) -> Organisation | None:
    if not application.organisation:
        return None
    body = Organisation.objects.filter(pk=application.organisation).first()
    fits = _ADMINISTRATIVE if application.kind == PartyKind.ADMINISTRATIVE else {OrganisationKind.OPERATOR}
    if body is None or body.kind not in fits:
        message = "この種別の検証者として登録できる団体・機関ではありません。"
        raise Invalid.of([FieldError("organisation", "not_for_kind", message)])
    return body


def _must_be_whole(application: Application) -> None:
    faults = [
        FieldError(field, "required", message)
        for field, given, message in (
            ("service", application.service.strip(), "利用する手続・サービスを入力してください。"),
            ("what", application.what, "提供を受ける情報を選んでください。"),
            ("number", application.paper.number.strip(), "文書番号を入力してください。"),
        )
        if not given
    ]
    is_administrative = application.kind == PartyKind.ADMINISTRATIVE
    if is_administrative and not application.organisation:
        faults.append(FieldError("organisation", "required", "行政機関等を選んでください。"))
    if not is_administrative and not (application.organisation or application.name.strip()):
        faults.append(FieldError("name", "required", "事業者の名称を入力してください。"))
    wrong = CorporateNumber.fault(application.corporate_number) if application.corporate_number else ""
    if wrong:
        faults.append(FieldError("corporate_number", "invalid", f"{wrong}。"))
    if faults:
        raise Invalid.of(faults)


def _locked(party: int, by: Actor) -> RelyingParty:
    """The party, locked. NotFound as well for one that the actor may not see."""
    with acting(by.scope):
        seen = RelyingParty.objects.filter(pk=party).exists()
    found = RelyingParty.objects.select_for_update(of=("self",)).filter(pk=party).first() if seen else None
    if found is None:
        raise NotFound("party_not_found", "該当する検証者がありません。")
    return found


def _must_say_why(wanted: PartyMove, note: str) -> None:
    if wanted.needs_note and not note.strip():
        raise Invalid.of([FieldError("note", "required", f"{wanted.label}には理由が必要です。")])
    if len(note) > _LONGEST_NOTE:
        raise Invalid.of([FieldError("note", "too_long", f"理由は{_LONGEST_NOTE}字までです。")])


def _accept(party: RelyingParty, by: Actor) -> None:
    """A company gets its body and its code; what was entered before is its own to see from then on."""
    party.accepted_by, party.accepted_by_label = by.id, by.label
    if party.organisation_id is None:
        code = party_code(domain.PartyKind(party.kind), party.pk)
        party.organisation = bodies.enter(code=code, name=party.name, kind=OrganisationKind.OPERATOR, by=by)
    if not party.keeper:
        party.keeper = party.organisation_id or ""
        for rows in (party.entitlements, party.papers, party.steps):
            rows.update(keeper=party.keeper)


def _platform_is_active(party: RelyingParty) -> None:
    if party.platform is not None and party.platform.state != PartyState.ACTIVE:
        raise Conflict("platform_not_active", "委託先のPF事業者が提供中ではありません。")


def _make(wanted: PartyMove, party: RelyingParty, by: Actor, at: Moment, note: str) -> None:
    party.state = wanted.target.value
    if wanted.verb == "accept":
        party.accepted_on = at.day
    if wanted.verb == "start":
        party.started_on = at.day
    if wanted.verb == "end":
        party.ended_on = at.day
        party.entitlements.filter(valid_to=None).update(valid_to=at.day)
    party.save()
    _noted(party, wanted.verb, by, at, note)
    audit.record(action=wanted.audit_word, by=by, detail={"party": party.pk, "state": party.state})


def _end_providers(platform: RelyingParty, by: Actor, at: Moment) -> None:
    for provider in list(selectors.living_providers(platform)):
        verb = "withdraw" if provider.state == PartyState.APPLIED else "end"
        _make(PARTY_MOVES[verb], provider, by, at, f"{platform.name}の終了による")


def _entitle(party: RelyingParty, what: Entitlement, basis: str, day: date) -> PartyEntitlement:
    return PartyEntitlement.objects.create(
        party=party, keeper=party.keeper, what=what.value, basis=basis, valid_from=day
    )


def _noted(party: RelyingParty, verb: str, by: Actor, at: Moment, note: str = "") -> None:
    PartyStep.objects.create(
        party=party, keeper=party.keeper, verb=verb, state=party.state, by=by.id, by_label=by.label,
        at=at.instant, note=note.strip(),
    )  # fmt: skip


def label_of(verb: str) -> str:
    """A step in words."""
    return PARTY_MOVES[verb].label if verb in PARTY_MOVES else "届出・申込み"
