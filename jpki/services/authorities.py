"""The authorities themselves: key ceremonies and the certificates of their OCSP responders."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from django.db import IntegrityError

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.years import years_after
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import Moment
from jpki.domain import ceremonies
from jpki.domain.ceremonies import CeremonyPlan, InvalidCeremony
from jpki.engine import certificates as engine
from jpki.engine import profiles, specimens
from jpki.engine.certificates import Request, Template
from jpki.engine.issuers import Issuer
from jpki.engine.keys import Holder, KeyUnavailable, SigningKey
from jpki.engine.public_keys import SubjectKey
from jpki.gateways import key_store
from jpki.models import Authority, Ceremony, Generation, LinkCertificate, Profile, Responder
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.sql import serials

SHORTEST_PASSPHRASE = 12
# A responder's certificate is made anew this long before it ends.
_RESPONDER_AHEAD = timedelta(days=30)
# "house:next_generation" in a ceremony's file means a profile that comes with the house.
_HOUSE = "house:"
_HARMLESS = {"NOTICE"}


def hold_ceremony(
    *, text: str, holders: Sequence[Holder], by: Actor, at: Moment, folder: Path | None = None
) -> Generation:
    """Make an authority's next generation: key, self-signed certificate, profiles, responder, signed record.

    ``text`` is the ceremony's file, ``folder`` where a profile that it names lies. Both key holders must be the ones
    that the file names, distinct, and hold the duty. Raises Invalid, Forbidden, Conflict.
    """
    by.must("jpki.operate_authority")
    plan = plan_of(text)
    actors = _key_holders(plan, holders)
    document = _profile_document(plan, folder)
    profile = profiles.authority(document, plan.authority)
    _lint(document, plan.authority)
    key_store.make_operating_secret()
    label = f"{plan.authority}-{plan.generation}-{secrets.token_hex(4)}"
    key = key_store.backend().generate(label, profile.algorithm, tuple(holders))
    with acting(JPKI):
        generation = _found(plan, document, key, label, at)
        links = link_generations(authority=plan.authority, by=by, at=at)
        _keep_record(generation, links, plan, actors, key, by, at)
        certify_responder(generation=authorities.generation(generation.pk), by=by, at=at)
        audit.record(
            action="jpki.authority_founded",
            by=by,
            detail={
                "authority": plan.authority.value,
                "generation": plan.generation,
                "document_sha256": plan.digest,
                "holders": [actor.id for actor in actors],
                "key": label,
                "signed": ["certificate", "record"],
            },
        )
    return generation


def link_generations(*, authority: str, by: Actor, at: Moment) -> list[LinkCertificate]:
    """Certify the newest generation and the one before it under each other's keys, where that was not done.

    Returns what was made; nothing where there is one generation, or where the former one has ended, or will have when
    the newest begins: then there is no time for which both are trusted. The authority has one at least.
    """
    by.must("jpki.operate_authority")
    with acting(JPKI):
        newest, *others = authorities.generations(authority)
        begins = newest.issuer.not_before
        living = (each for each in others if each.lives(at.instant) and begins < each.issuer.not_after)
        former = next(living, None)
        if former is None:
            return []
        made = [
            _link(subject, signer, at)
            for subject, signer in ((newest, former), (former, newest))
            if not LinkCertificate.objects.filter(generation_id=subject.id, signer_id=signer.id).exists()
        ]
        for link in made:
            signed = {"authority": authority, "serial": link.serial, "key": link.signer.key_label}
            audit.record(action="jpki.generation_linked", by=by, detail=signed | {"generation": link.generation.number})
    return made


def _link(subject: LivingGeneration, signer: LivingGeneration, at: Moment) -> LinkCertificate:
    """The subject's key under the signer's, for as long as both are trusted."""
    serial = serials.reserve(subject.authority, 1)[0]
    not_before = subject.issuer.not_before
    not_after = min(subject.issuer.not_after, signer.issuer.not_after)
    to_be_signed = engine.link_to_be_signed(
        profile=subject.profile,
        subject=subject.issuer,
        signer=signer.issuer,
        serial=serial,
        not_before=not_before,
        not_after=not_after,
    )
    return LinkCertificate.objects.create(
        generation_id=subject.id, signer_id=signer.id, serial=serial, not_before=not_before, not_after=not_after,
        certificate=engine.signed(to_be_signed, key_store.opened(signer.key_label)), created_at=at.instant,
    )  # fmt: skip


def certify_responder(*, generation: LivingGeneration, by: Actor, at: Moment) -> Responder:
    """Give the generation's OCSP responder a new key and a certificate of some months."""
    profile = authorities.profile_for(generation, f"{generation.authority}-responder")
    label = f"{generation.authority}-{generation.number}-ocsp-{secrets.token_hex(4)}"
    key = key_store.backend().generate(label, generation.profile.responder_algorithm)
    with acting(JPKI):
        serial = serials.reserve(generation.authority, 1)[0]
        request = Request(
            serial=serial,
            not_before=at.instant.replace(microsecond=0),
            not_after=min(at.instant + generation.profile.responder_validity, generation.issuer.not_after),
            subject_key=_subject_key(key),
            fields={"common_name": f"{generation.number}-{serial}"},
        )
        template = Template(
            profiles.certificate_from(profile.code, profile.document), generation.issuer, generation.profile.local_name
        )
        row = Responder.objects.create(
            generation_id=generation.id,
            key_label=label,
            serial=serial,
            certificate=engine.signed(template.to_be_signed(request), key_store.opened(generation.key_label)),
            not_before=request.not_before,
            not_after=request.not_after,
            created_at=at.instant,
        )
        audit.record(
            action="jpki.responder_certified",
            by=by,
            detail={
                "authority": generation.authority,
                "generation": generation.number,
                "serial": serial,
                "key": generation.key_label,
                "new_key": label,
            },
        )
    return row


def renew_responders(*, by: Actor, at: Moment) -> int:
    """Certify responders whose certificate ends within a month; returns how many."""
    renewed = 0
    with acting(JPKI):
        for row in Generation.objects.filter(not_after__gt=at.instant):
            ends_late = Responder.objects.filter(generation=row, not_after__gt=at.instant + _RESPONDER_AHEAD)
            if not ends_late.exists():
                certify_responder(generation=authorities.generation(row.pk), by=by, at=at)
                renewed += 1
    return renewed


def recover_key(*, authority: str, generation: int, holders: Sequence[Holder], by: Actor, at: Moment) -> None:
    """Both holders of a generation's ceremony make its key open to daily work again, when what opened it is lost.

    A responder whose key went with it gets a new one. Raises Forbidden, NotFound, Invalid when they are not the ones.
    """
    by.must("jpki.operate_authority")
    actors = _with_the_duty(holders)
    key_store.make_operating_secret()
    with acting(JPKI):
        found = authorities.numbered(authority, generation)
        try:
            key_store.backend().recover(found.key_label, holders)
        except KeyUnavailable as error:
            raise Invalid("key_not_recovered", f"鍵を取り戻せません: {error}") from error
        authorities.forget()
        detail = {"authority": authority, "generation": generation, "key": found.key_label}
        audit.record(action="jpki.key_recovered", by=by, detail=detail | {"holders": [actor.id for actor in actors]})
        try:
            authorities.responder(found, at.instant)
        except (NotFound, KeyUnavailable):
            certify_responder(generation=found, by=by, at=at)


def plan_of(text: str) -> CeremonyPlan:
    """The ceremony that a file describes. Raises Invalid."""
    try:
        return ceremonies.read(text)
    except InvalidCeremony as error:
        raise Invalid("ceremony_invalid", str(error)) from error


def _key_holders(plan: CeremonyPlan, holders: Sequence[Holder]) -> list[Actor]:
    if sorted(holder.name for holder in holders) != sorted(plan.holders):
        raise Invalid("holders_differ", f"鍵の保持者は次第書のとおり {'、'.join(plan.holders)} の2名です。")
    if any(len(holder.passphrase) < SHORTEST_PASSPHRASE for holder in holders):
        raise Invalid("passphrase_short", f"合言葉は{SHORTEST_PASSPHRASE}文字以上です。")
    if len({holder.passphrase for holder in holders}) < len(holders):
        raise Invalid("passphrase_shared", "2名の合言葉は別のものにしてください。")
    return _with_the_duty(holders)


def _with_the_duty(holders: Sequence[Holder]) -> list[Actor]:
    actors = [actor_named(holder.name) for holder in holders]
    for actor in actors:
        if not actor.may("jpki.operate_authority"):
            raise Forbidden("holder_without_duty", f"{actor.label} には認証局を運用する職務がありません。")
    return actors


def _profile_document(plan: CeremonyPlan, folder: Path | None) -> dict[str, Any]:
    try:
        if plan.profile.startswith(_HOUSE):
            document = profiles.house_document(plan.profile.removeprefix(_HOUSE))
        else:
            document = profiles.document_from(str((folder or Path()) / plan.profile) if plan.profile else None)
        return profiles.placed(document, public_base=plan.public_base)
    except (OSError, ValueError) as error:
        raise Invalid("profile_unreadable", f"プロファイル {plan.profile} を読めません: {error}") from error


def _lint(document: dict[str, Any], authority: str) -> None:
    """Before a key exists: what would come of the profile, made with other keys, must stand before pkilint."""
    try:
        found = specimens.findings(document, authority)
    except (KeyError, ValueError) as error:
        raise Invalid("profile_unusable", f"プロファイルから証明書を作れません: {error}") from error
    against = sorted(
        f"{name}: {each.code}" for name, many in found.items() for each in many if each.severity not in _HARMLESS
    )
    if against:
        raise Invalid("profile_at_fault", "プロファイルが検査に通りません。 " + " / ".join(against))


def _found(plan: CeremonyPlan, document: dict[str, Any], key: SigningKey, label: str, at: Moment) -> Generation:
    profile = profiles.authority(document, plan.authority)
    authority, _ = Authority.objects.get_or_create(code=plan.authority.value, defaults={"created_at": at.instant})
    last = Generation.objects.filter(authority=authority).order_by("-number").values_list("number", flat=True).first()
    if plan.generation != (last or 0) + 1:
        raise Conflict("generation_out_of_order", f"次に作れるのは第{(last or 0) + 1}世代です。")
    serial = serials.reserve(authority.code, 1)[0]
    not_before = (plan.not_before or at.instant).replace(microsecond=0)
    not_after = years_after(not_before, profile.validity_years)
    to_be_signed = engine.authority_to_be_signed(
        profile=profile, serial=serial, not_before=not_before, not_after=not_after, subject_key=_subject_key(key)
    )
    issuer = Issuer(engine.signed(to_be_signed, key))
    try:
        row = Generation.objects.create(
            authority=authority, number=plan.generation, key_label=label, serial=serial, certificate=issuer.octets,
            key_id=issuer.key_id, profile=document["authorities"][plan.authority.value], not_before=not_before,
            not_after=not_after, created_at=at.instant,
        )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("generation_exists", "この世代はほかの式で作られました。") from error
    for code, entry in document["certificates"].items():
        if entry["authority"] == plan.authority.value:
            profiles.certificate_from(code, entry)
            Profile.objects.create(
                generation=row, code=code, version=int(document["version"]), document=entry, adopted_at=at.instant
            )
    return row


def _keep_record(
    generation: Generation,
    links: Sequence[LinkCertificate],
    plan: CeremonyPlan,
    holders: Sequence[Actor],
    key: SigningKey,
    by: Actor,
    at: Moment,
) -> None:
    record = json.dumps(
        {
            "ceremony": "root",
            "authority": plan.authority.value,
            "generation": plan.generation,
            "document_sha256": plan.digest,
            "key_label": generation.key_label,
            "key_id": bytes(generation.key_id).hex(),
            "serial": generation.serial,
            "certificate_sha256": hashlib.sha256(generation.certificate).hexdigest(),
            "links_sha256": [hashlib.sha256(link.certificate).hexdigest() for link in links],
            "holders": [{"id": actor.id, "label": actor.label} for actor in holders],
            "operator": {"id": by.id, "label": by.label},
            "held_at": at.instant.isoformat(timespec="seconds"),
        },
        ensure_ascii=False,
        sort_keys=True,
        indent=1,
    )
    Ceremony.objects.create(
        generation=generation,
        document=plan.text,
        record=record,
        signature=engine.signature_over(record.encode("utf-8"), key),
        held_at=at.instant,
    )


def _subject_key(key: SigningKey) -> SubjectKey:
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return SubjectKey(key.public_key.public_bytes(encoding, form))
