"""The duties of staff, composed from what the rooms let people do. The roof wires; the rooms know no duty."""

from jlis.kernel.people.permissions import Duty

LOCAL = frozenset({"MUNICIPALITY", "CITY", "WARD"})
PREFECTURE = frozenset({"PREFECTURE"})
JLIS = frozenset({"JLIS"})

COUNTER_CLERK = Duty(
    "COUNTER_CLERK",
    "窓口担当",
    "住民の検索、異動の入力、個人番号カードと電子証明書の受付を行う。",
    LOCAL,
    frozenset(
        {"juki.search", "juki.search_removed", "juki.notify", "juki.see_discrepancies", "juki.disclose",
         "juki.see_town_messages", "juki.handle_town_messages", "juki.write_town_messages", "juki.keep_move_outs",
         "juki.special_move_in",
         "juki.wide_area", "juki.notify_supplementary", "juki.see_supplementary", "juki.issue_supplementary_copies",
         "juki.unlock_address",
         "juki.ask_help", "jpki.see_certificates", "jpki.see_consents", "jpki.withdraw_consents", "jpki.issue",
         "jpki.revoke", "jpki.suspend", "jpki.suspend_devices", "jpki.see_town_statistics",
         "jpki.see_fee_reports", "jpki.report_fees",
         "bcl.see_copy", "bcl.open_household", "mynacard.see_cards", "mynacard.apply", "mynacard.check_photos",
         "mynacard.receive", "mynacard.set_up", "mynacard.hand_over", "mynacard.update", "mynacard.set_pins",
         "mynacard.suspend", "mynacard.resume", "mynacard.void", "mynacard.apply_express",
         "mynacard.confirm_notices", "kernel.see_jobs"}
    ),
)  # fmt: skip
SUPERVISOR = Duty(
    "SUPERVISOR",
    "係長",
    "窓口の業務に加え、不整合の処理、住民票コードの請求、初期登録、支援措置の終了と住所表示の承認を行う。",
    LOCAL,
    COUNTER_CLERK.permissions
    | {"juki.settle_discrepancies", "juki.draw_codes", "juki.load", "juki.see_statistics", "juki.set_town_desk"}
    | {"juki.see_consistency", "juki.receive_deliveries"}
    | {"juki.see_protections", "juki.end_protection", "juki.approve_unlock"}
    | {"juki.see_emergencies", "juki.report_emergencies", "juki.see_access_findings", "juki.answer_access_cases"}
    | {"juki.ask_disposals", "juki.approve_disposals"}
    | {"jpki.confirm_fees", "kernel.view_registers", "lgwan.see_catalogue"}
    | {"bcl.take_part", "bcl.see_participation", "bcl.send_copy", "konbini.see_counts", "konbini.stop_town"},
)
PROTECTION_OFFICER = Duty(
    "PROTECTION_OFFICER",
    "支援措置担当",
    "支援措置の申出を受け、決定・延長し、終了を申し出る。対象者の住所を見られる。",
    LOCAL,
    frozenset(
        {"juki.search", "juki.disclose", "juki.protect", "juki.see_protections", "juki.unlock_address",
         "juki.see_protected_address"}
    ),
)  # fmt: skip
KONBINI_OPERATOR = Duty(
    "KONBINI_OPERATOR",
    "証明書交付センター運用担当",
    "コンビニ交付の参加団体と端末を登録し、件数を見て、団体の交付を停止・再開する。",
    JLIS,
    frozenset({"konbini.edit_participants", "konbini.see_counts", "konbini.stop_town", "kernel.view_registers"}),
)
STAFF_ADMINISTRATOR = Duty(
    "STAFF_ADMINISTRATOR",
    "利用者管理者",
    "団体の職員の利用者登録と職務の付与を行う。",
    LOCAL | PREFECTURE | JLIS | {"NATIONAL_ORGAN"},
    frozenset({"kernel.administer_staff"}),
)
EXTRACT_OPERATOR = Duty(
    "EXTRACT_OPERATOR",
    "一括抽出の操作者",
    "本人確認情報の一括抽出を依頼し、承認後に結果を受け取る。",
    PREFECTURE,
    frozenset({"juki.extract", "kernel.see_jobs"}),
)
EXTRACT_APPROVER = Duty(
    "EXTRACT_APPROVER",
    "一括抽出の承認者",
    "一括抽出の依頼を審査し、承認または差戻しを行う。",
    PREFECTURE,
    frozenset({"juki.approve_extract", "kernel.see_jobs"}),
)
PREFECTURE_OFFICER = Duty(
    "PREFECTURE_OFFICER",
    "都道府県の住基ネット担当",
    "緊急事案の報告を受けて総務省に報告し、自らの緊急事案を報告し、利用の調査に回答する。住民の情報は見られない。",
    PREFECTURE,
    frozenset(
        {
            "juki.see_emergencies",
            "juki.report_emergencies",
            "juki.forward_emergencies",
            "juki.see_access_findings",
            "juki.answer_access_cases",
        }
    ),
)
MINISTRY_OFFICER = Duty(
    "MINISTRY_OFFICER",
    "住民制度担当（総務省）",
    "緊急事案の報告を受け、追加の報告を求め、措置を記録し、終結させる。住民の情報は見られない。",
    frozenset({"NATIONAL_ORGAN"}),
    frozenset({"juki.see_emergencies", "juki.receive_emergencies"}),
)
REGISTRY_OPERATOR = Duty(
    "REGISTRY_OPERATOR",
    "全国センター運用担当",
    "住民票コードの割当て、事務の登録、コード表とプログラムの配信、問合せへの回答、統計を扱う。",
    JLIS,
    frozenset(
        {
            "juki.allot_codes",
            "juki.fill_number_notices",
            "juki.edit_affairs",
            "juki.see_statistics",
            "juki.see_consistency",
            "juki.publish_deliveries",
            "juki.answer_help",
            "juki.count_population",
            "juki.see_emergencies",
            "juki.report_emergencies",
            "juki.remind_emergencies",
            "juki.register_link_keys",
            "kernel.view_registers",
            "kernel.edit_masters",
        }
    ),
)
CERTIFICATE_OPERATOR = Duty(
    "CERTIFICATE_OPERATOR",
    "個人番号センター運用担当",
    "認証局の運用、失効リストの発行、証明書の書き出し、統計、発行手数料の請求、検証者の登録と提供の明細を扱う。登録した人は受理を決められない。",
    JLIS,
    frozenset(
        {
            "jpki.operate_authority",
            "jpki.follow_register",
            "jpki.export_certificate",
            "jpki.see_statistics",
            "jpki.see_fee_reports",
            "jpki.bill_fees",
            "jpki.see_inspections",
            "jpki.approve_replacement",
            "jpki.see_parties",
            "jpki.manage_parties",
            "jpki.accept_parties",
            "jpki.see_statements",
            "kernel.enter_bodies",
            "kernel.view_registers",
        }
    ),
)
DEVICE_DESK_OFFICER = Duty(
    "DEVICE_DESK_OFFICER",
    "コールセンター担当（スマートフォンの紛失）",
    "紛失・盗難の連絡を受け、本人を聞き取りで確かめて、スマートフォンの電子証明書を一時停止する。住民の情報は見られない。",
    JLIS,
    frozenset({"jpki.serve_device_desk", "jpki.suspend_devices"}),
)
RELYING_PARTY_OFFICER = Duty(
    "RELYING_PARTY_OFFICER",
    "検証者の担当",
    "自らの検証者の登録と提供の明細を見る。PF事業者はSP事業者を届け出る。住民の情報は見られない。",
    LOCAL | PREFECTURE | {"NATIONAL_ORGAN", "OPERATOR"},
    frozenset({"jpki.see_parties", "jpki.notify_providers", "jpki.see_statements"}),
)
CLOUD_OPERATOR = Duty(
    "CLOUD_OPERATOR",
    "自治体基盤クラウド運用担当",
    "参加団体の受付、稼働の開始と終了を行い、副本の受信状況を見る。副本の中は見られない。",
    JLIS,
    frozenset({"bcl.run_cloud", "bcl.see_participation", "kernel.view_registers"}),
)
CARD_OPERATOR = Duty(
    "CARD_OPERATOR",
    "カード管理センター運用担当",
    "郵送・オンラインの交付申請の審査、製造の指図、特急発行の送付、有効期限通知を行う。",
    JLIS,
    frozenset(
        {"mynacard.apply", "mynacard.check_photos", "mynacard.produce", "mynacard.dispatch_express",
         "mynacard.send_notices", "mynacard.follow_register", "mynacard.take_over", "mynacard.see_statistics",
         "kernel.view_registers"}
    ),
)  # fmt: skip
CARD_MAKER = Duty(
    "CARD_MAKER",
    "カードの発行事業者",
    "製造ロットの製造データを受け取る。ほかの記録は見られない。",
    JLIS,
    frozenset({"mynacard.fetch_personalisation"}),
)
NETWORK_OFFICER = Duty(
    "NETWORK_OFFICER",
    "LGWAN運用担当",
    "団体の回線と冗長化の状況を見て、LGWAN-ASPの申込み・届出を行う。住民の情報は見られない。",
    LOCAL | PREFECTURE,
    frozenset(
        {"lgwan.see_redundancy", "lgwan.see_circuits", "lgwan.see_services", "lgwan.apply_services",
         "lgwan.see_catalogue"}
    ),
)  # fmt: skip
LGWAN_REVIEWER = Duty(
    "LGWAN_REVIEWER",
    "LGWAN全国センター審査担当",
    "回線と調査を登録し、民間事業者の提供者と申込みを受け付け、LGWAN-ASPの審査を行う。",
    JLIS,
    frozenset(
        {"lgwan.see_redundancy", "lgwan.see_circuits", "lgwan.load_network", "lgwan.see_services",
         "lgwan.enter_providers", "lgwan.apply_services", "lgwan.review_services", "lgwan.see_catalogue",
         "kernel.view_registers"}
    ),
)  # fmt: skip
LGWAN_APPROVER = Duty(
    "LGWAN_APPROVER",
    "LGWAN全国センター承認担当",
    "審査の済んだLGWAN-ASPの申込み、変更、年次更新、廃止を承認する。",
    JLIS,
    frozenset(
        {"lgwan.see_redundancy", "lgwan.see_circuits", "lgwan.see_services", "lgwan.approve_services",
         "lgwan.see_catalogue", "kernel.view_registers"}
    ),
)  # fmt: skip
CENTRE_OPERATOR = Duty(
    "CENTRE_OPERATOR",
    "センター運用担当",
    "機構の各センターの運用状況と台帳の定義を見る。住民の情報は見られない。",
    JLIS,
    frozenset({"kernel.view_registers"}),
)
SYSTEM_ADMINISTRATOR = Duty(
    "SYSTEM_ADMINISTRATOR",
    "システム管理者",
    "すべての団体の利用者と接続システムを管理する。住民の情報は見られない。",
    JLIS,
    frozenset(
        {"kernel.administer_staff", "kernel.administer_every_organisation", "kernel.administer_clients",
         "kernel.rotate_keys", "kernel.view_registers", "kernel.edit_masters"}
    ),
)  # fmt: skip
AUDITOR = Duty(
    "AUDITOR",
    "監査担当",
    "監査記録を読み、連鎖を検証し、利用記録の分析から調査を始める。台帳は見られない。",
    JLIS,
    frozenset({"kernel.read_audit", "juki.review_access", "juki.see_access_findings", "juki.open_access_cases"}),
    role="jlis_auditor",
)
PROTECTION_COMMITTEE = Duty(
    "PROTECTION_COMMITTEE",
    "本人確認情報保護委員会",
    "付議された利用の調査を審議し、結論を出す。台帳は見られない。",
    JLIS,
    frozenset({"juki.see_access_findings", "juki.decide_access_cases"}),
    role="jlis_auditor",
)

DUTIES = (
    COUNTER_CLERK,
    SUPERVISOR,
    PROTECTION_OFFICER,
    STAFF_ADMINISTRATOR,
    EXTRACT_OPERATOR,
    EXTRACT_APPROVER,
    PREFECTURE_OFFICER,
    MINISTRY_OFFICER,
    REGISTRY_OPERATOR,
    KONBINI_OPERATOR,
    CERTIFICATE_OPERATOR,
    DEVICE_DESK_OFFICER,
    RELYING_PARTY_OFFICER,
    CLOUD_OPERATOR,
    CARD_OPERATOR,
    CARD_MAKER,
    NETWORK_OFFICER,
    LGWAN_REVIEWER,
    LGWAN_APPROVER,
    CENTRE_OPERATOR,
    SYSTEM_ADMINISTRATOR,
    AUDITOR,
    PROTECTION_COMMITTEE,
)
