"""本人確認書類: one of A, two of B; proxies and children."""

from dataclasses import replace

import pytest

from mynacard.domain.identity import ProxyReason, Shown, faults, suffices


@pytest.mark.parametrize(
    ("documents", "proved"),
    [
        ((), False),
        (("A_PASSPORT",), True),
        (("B_INSURANCE",), False),
        (("B_INSURANCE", "B_PENSION"), True),
        (("B_INSURANCE", "B_INSURANCE"), False),
        (("NONSENSE", "B_PENSION"), False),
    ],
)
def test_one_of_a_or_two_of_b(documents, proved):
    assert suffices(documents) is proved


def codes(shown: Shown, age: int = 40) -> set[str]:
    return {fault.code for fault in faults(shown, age=age)}


LICENCE = frozenset({"A_LICENCE"})


def test_the_holder_with_the_notice_and_a_licence():
    assert codes(Shown(LICENCE)) == set()


def test_the_notice_must_be_there():
    assert codes(Shown(LICENCE, notice=False)) == {"notice_missing"}


def test_a_child_comes_with_its_representative_who_proves_who_they_are():
    assert codes(Shown(LICENCE), age=14) == {"representative_needed"}
    assert codes(Shown(LICENCE), age=15) == set()
    alone = Shown(LICENCE, proxy_reason=ProxyReason.LEGAL_REPRESENTATIVE)
    assert codes(alone, age=14) == {"proxy_not_proved"}
    both = Shown(LICENCE, proxy_reason=ProxyReason.LEGAL_REPRESENTATIVE, proxy_documents=LICENCE)
    assert codes(both, age=14) == set()


def test_a_ward_comes_with_the_guardian():
    ward = Shown(LICENCE, under_guardianship=True)

    assert codes(ward) == {"representative_needed"}
    with_guardian = replace(ward, proxy_reason=ProxyReason.LEGAL_REPRESENTATIVE, proxy_documents=LICENCE)
    assert codes(with_guardian) == set()


def test_a_proxy_proves_who_they_are():
    assert codes(Shown(LICENCE, proxy_reason=ProxyReason.ILLNESS)) == {"proxy_not_proved"}
