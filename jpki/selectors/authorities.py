"""Questions about the authorities. Generations never change once made, so each process keeps what it has read."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from jlis.kernel.errors import NotFound
from jpki.domain.kinds import Kind
from jpki.engine import ocsp_answers, profiles
from jpki.engine.certificates import Template
from jpki.engine.issuers import Issuer
from jpki.engine.profiles import Term
from jpki.gateways import key_store
from jpki.models import Authority, Generation, LinkCertificate, Profile, Responder


@dataclass(frozen=True)
class LivingGeneration:
    """A generation with its issuer and profile at hand."""

    id: int
    authority: str
    number: int
    key_label: str
    issuer: Issuer
    profile: profiles.AuthorityProfile

    @classmethod
    def of(cls, row: Generation) -> "LivingGeneration":
        return cls(
            id=row.pk,
            authority=row.authority_id,
            number=row.number,
            key_label=row.key_label,
            issuer=Issuer(bytes(row.certificate)),
            profile=profiles.authority_from(row.authority_id, row.profile),
        )

    def lives(self, at: datetime) -> bool:
        """Whether its own certificate is valid."""
        return self.issuer.not_before <= at < self.issuer.not_after

    @cached_property
    def hashes(self) -> dict[tuple[str, bytes], bytes]:
        """(hash name, key hash) → name hash, for every hash that an OCSP request may use."""
        return {
            (name, self.issuer.key_hash(name)): self.issuer.name_hash(name)
            for name in ("sha1", "sha224", "sha256", "sha384", "sha512")
        }


_generations: dict[int, LivingGeneration] = {}
_templates: dict[int, Template] = {}
_responders: dict[int, tuple[datetime, datetime, ocsp_answers.Responder]] = {}


def founded() -> list[str]:
    """The authorities that have held a ceremony."""
    return list(Authority.objects.order_by("code").values_list("code", flat=True))


def generations(authority: str) -> list[LivingGeneration]:
    """Every generation of an authority, the newest first."""
    rows = Generation.objects.filter(authority_id=authority).order_by("-number")
    return [_kept(row) for row in rows]


def generation(pk: int) -> LivingGeneration:
    """One generation by its row. NotFound."""
    if pk not in _generations:
        row = Generation.objects.filter(pk=pk).first()
        if row is None:
            raise NotFound("generation_not_found", "該当する世代がありません。")
        return _kept(row)
    return _generations[pk]


def current(authority: str, at: datetime) -> LivingGeneration:
    """The newest generation that lives: one that is to begin on a later day has none of its own yet to show. Where none
    lives, the newest of all. NotFound before the first ceremony."""
    known = generations(authority)
    if not known:
        raise NotFound("authority_not_founded", "認証局の鍵生成式がまだ行われていません。")
    return next((each for each in known if each.lives(at)), known[0])


def numbered(authority: str, number: int) -> LivingGeneration:
    """A generation by its number. NotFound."""
    row = Generation.objects.filter(authority_id=authority, number=number).first()
    if row is None:
        raise NotFound
    return _kept(row)


def issuing(kind: Kind, algorithm: str, at: datetime) -> LivingGeneration:
    """The generation that certifies keys of this algorithm: the newest whose profile asks for them, so that the cards
    of today and the next ones are served side by side; where none does, the newest, which will refuse. NotFound."""
    living = [each for each in generations(kind.authority) if each.lives(at)]
    if not living:
        return current(kind.authority, at)
    return next((each for each in living if _certifies(each, kind, algorithm)), living[0])


def successor(generation: LivingGeneration, at: datetime) -> LivingGeneration:
    """Which generation now certifies the keys of the cards that this one did; itself while it still does."""
    kind = Kind(f"{generation.authority.upper()}_CARD")
    return issuing(kind, profile_for(generation, kind.profile_code).document["key_algorithm"], at)


def _certifies(generation: LivingGeneration, kind: Kind, algorithm: str) -> bool:
    row = Profile.objects.filter(generation_id=generation.id, code=kind.profile_code).order_by("-version").first()
    return row is not None and row.document["key_algorithm"] == algorithm


def link(generation: LivingGeneration, signer: int) -> LinkCertificate:
    """The certificate of a generation's key under the key of another, by that one's number. NotFound."""
    row = LinkCertificate.objects.filter(
        generation_id=generation.id, signer__authority_id=generation.authority, signer__number=signer
    ).first()
    if row is None:
        raise NotFound
    return row


def profile_for(generation: LivingGeneration, code: str) -> Profile:
    """The newest profile of this name that the generation has adopted. NotFound."""
    row = Profile.objects.filter(generation_id=generation.id, code=code).order_by("-version").first()
    if row is None:
        raise NotFound("profile_not_adopted", "この世代では、この種類の電子証明書のプロファイルが採用されていません。")
    return row


def template_for(generation: LivingGeneration, kind: Kind) -> tuple[Profile, Template]:
    """The profile for a kind, and its template with what was encoded already."""
    row = profile_for(generation, kind.profile_code)
    if row.pk not in _templates:
        profile = profiles.certificate_from(row.code, row.document)
        _templates[row.pk] = Template(profile, generation.issuer, generation.profile.local_name)
    return row, _templates[row.pk]


def term_for(kind: Kind, algorithm: str, at: datetime) -> Term | None:
    """How long a certificate is valid that is issued now for a key of this algorithm. NotFound."""
    _, template = template_for(issuing(kind, algorithm, at), kind)
    return template.profile.term


def remembered(authority: str, hash_name: str, name_hash: bytes, key_hash: bytes) -> LivingGeneration | None:
    """The generation that an OCSP request means, if this process has read it before."""
    for known in list(_generations.values()):
        if known.authority == authority and known.hashes.get((hash_name, key_hash)) == name_hash:
            return known
    return None


def of_cert_id(authority: str, hash_name: str, name_hash: bytes, key_hash: bytes) -> LivingGeneration | None:
    """The generation that an OCSP request means, if it is one of this authority's."""
    if known := remembered(authority, hash_name, name_hash, key_hash):
        return known
    for found in generations(authority):
        if found.hashes.get((hash_name, key_hash)) == name_hash:
            return found
    return None


def remembered_responder(generation: LivingGeneration, at: datetime) -> ocsp_answers.Responder | None:
    """A responder that is valid now, if this process has opened its key before."""
    begins, ends, kept = _responders.get(generation.id, (at, at, None))
    return kept if begins <= at < ends else None


def responder(generation: LivingGeneration, at: datetime) -> ocsp_answers.Responder:
    """A responder that is valid now; the one with the longest validity when it was last asked for. NotFound."""
    if kept := remembered_responder(generation, at):
        return kept
    valid = Responder.objects.filter(generation_id=generation.id, not_before__lte=at, not_after__gt=at)
    row = valid.order_by("-not_after", "-pk").first()
    if row is None:
        raise NotFound("no_responder", "有効なOCSPレスポンダ証明書がありません。ocsp_refresh を実行してください。")
    opened = ocsp_answers.Responder(bytes(row.certificate), key_store.opened(row.key_label))
    _responders[generation.id] = (row.not_before, row.not_after, opened)
    return opened


def forget() -> None:
    """Forget what was read; for tests that make authorities anew."""
    _generations.clear()
    _templates.clear()
    _responders.clear()


def _kept(row: Generation) -> LivingGeneration:
    if row.pk not in _generations:
        _generations[row.pk] = LivingGeneration.of(row)
    return _generations[row.pk]
