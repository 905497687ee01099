"""Papers as a town's server makes them, for the room's tests."""

from dataclasses import replace
from datetime import date

from juki.pdf.residence_record import Member, ResidenceCertificate, render

HANAKO = Member(
    name="𠮷田　花子",
    name_kana="ヨシダ　ハナコ",
    birth_date="昭和41年4月28日",
    sex="女",
    relation="世帯主",
    became_resident_on="平成2年6月1日",
    address_since="平成20年3月20日",
    notified_on="平成20年3月25日",
    former_address="",
)
CERTIFICATE = ResidenceCertificate(
    transaction="0199a000-0000-7000-8000-000000000001",
    number="20261121-131016-K-1234-5678-9012-3456",
    municipality="東京都千代田区",
    mayor="東京都千代田区長　物語　太郎",
    seal="千代田区長",
    issued_on=date(2026, 11, 21),
    address="東京都千代田区九段南一丁目2番1号",
    householder="𠮷田　花子",
    members=[HANAKO],
    whole_household=False,
)


def paper(**changes: object) -> bytes:
    """One paper as PDF."""
    return render(replace(CERTIFICATE, **changes))  # type: ignore[arg-type]
