"""The room's ways out, and what each does for somebody whom a 支援措置 covers."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(Way.SCREEN, Treatment.WITHHOLDS, jpki_certificates_of_resident="電子証明書の画面")
declare(Way.COMMAND, Treatment.REFUSES, export_certificate="電子証明書の書出し（署名用）")
declare(
    Way.CARD,
    Treatment.BY_LAW,
    **{"jpki.services.issuing": "署名用電子証明書（公的個人認証法7条）。本人のカードにだけ入る"},
)
declare_without_address(
    Way.SCREEN, "電子証明書の手続と統計", "jpki_make_move", "jpki_statistics", "jpki_town_statistics"
)
declare_without_address(
    Way.SCREEN,
    "有償発行の月次報告",
    "jpki_fee_reports",
    "jpki_draw_fee_report",
    "jpki_fee_report",
    "jpki_fee_report_paper",
    "jpki_fee_report_move",
)
declare_without_address(Way.PAPER, "有償発行の月次報告書", "jpki.pdf.fee_report")
declare_without_address(Way.SCREEN, "世代、一斉再発行、検査", "jpki_generations", "jpki_replace", "jpki_inspections")
# Its report has numbers and reasons; the certificates themselves go where all go.
declare_without_address(Way.JOB, "電子証明書の一斉再発行", "jpki.replacement")
declare(
    Way.REST,
    Treatment.BY_LAW,
    jpki_mobile_applications="移動端末設備用の署名用電子証明書（公的個人認証法7条）。本人がカードで署名した端末にだけ入る",
)
declare_without_address(Way.REST, "移動端末設備用電子証明書の失効の申請", "jpki_mobile_endings")
declare(Way.SCREEN, Treatment.WITHHOLDS, jpki_devices_of_resident="移動端末設備の画面")
declare_without_address(Way.SCREEN, "移動端末設備の手続と紛失の受付", "jpki_device_move", "jpki_device_desk")
declare_without_address(
    Way.SCREEN,
    "認証局の公開物",
    "pki_ocsp",
    "pki_ocsp_get",
    "pki_practice_statement",
    "pki_certificate",
    "pki_link",
    "pki_generation",
    "pki_full_list",
    "pki_list",
    "pki_generation_full_list",
    "pki_generation_list",
)
declare(Way.REST, Treatment.WITHHOLDS, jpki_latest_items="最新の利用者情報の提供")
# A consent is known by the party's reference; whose it is, no answer says.
declare_without_address(
    Way.REST,
    "最新の利用者情報の提供への同意",
    "jpki_consent_texts",
    "jpki_consents",
    "jpki_consent_confirmations",
    "jpki_consent_withdrawal",
)
declare_without_address(
    Way.SCREEN,
    "最新の利用者情報の提供への同意",
    "jpki_consents_of_resident",
    "jpki_withdraw_consent",
    "jpki_consents_of_party",
)
# A signed document carries the four items of its holder, who sent it; the answer repeats none of them.
declare_without_address(
    Way.REST,
    "電子証明書の有効性確認",
    "jpki_validations",
    "jpki_serial_links",
    "jpki_ocsp",
    "jpki_revocation_list",
)
declare_without_address(
    Way.SCREEN,
    "検証者の登録と明細",
    "jpki_parties",
    "jpki_apply",
    "jpki_parties_by_year",
    "jpki_party",
    "jpki_party_notice",
    "jpki_statement",
    "jpki_entitle",
    "jpki_end_entitlement",
    "jpki_file_paper",
    "jpki_party_move",
)
declare_without_address(Way.PAPER, "検証者の通知と明細", "jpki.pdf.party_notice", "jpki.pdf.statement")
declare_without_address(
    Way.COMMAND, "認証局の運用", "ca_ceremony", "ca_links", "ca_recover", "crl_publish", "departures", "ocsp_refresh"
)
declare_without_address(
    Way.REGISTER,
    "認証局のマスタ",
    "jpki_generation",
    "jpki_profile",
    "jpki_responder",
    "jpki_linkcertificate",
    "jpki_crlpartition",
    "jpki_crlpublication",
    "jpki_verificationprice",
)
