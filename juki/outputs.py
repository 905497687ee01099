"""The room's ways out, and what each does for somebody whom a 支援措置 covers."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(
    Way.SCREEN,
    Treatment.WITHHOLDS,
    juki_search="本人確認情報の検索（住所では見つからない）",
    juki_resident="本人確認情報の画面と履歴",
    juki_notice_enter="異動の入力と確認",
    juki_discrepancy="不整合の内容（登録の側も通知の側も）",
    juki_held_notice="順序待ちの通知の内容（同上）",
    juki_town_message="市町村間の通知の内容（担当、または二人の確認を経た者には表示）",
    juki_move_outs="転出と転入通知の一覧",
    juki_move_out_information="転出証明書情報の登録",
    juki_special_move_in="特例転入の手続",
    juki_wide_area_answer="広域交付の回答の入力",
    juki_supplementary="附票本人確認情報の検索",
    juki_supplementary_record="附票本人確認情報の画面と履歴",
    juki_removed_search="除票の検索（住所では見つからない）",
    juki_removed="除票の画面",
    juki_removed_supplementary_search="除附票の検索",
    juki_removed_supplementary="除附票の画面",
)
declare(
    Way.SCREEN,
    Treatment.REFUSES,
    juki_addresses="住所の表示（担当、または二人の確認を経た者だけ）",
    juki_disclosure="提供状況の開示（同上）",
    juki_disclosure_paper="提供状況の開示の書面（同上）",
    juki_wide_area_paper="広域交付の住民票の写し",
    juki_removed_paper="除票の記載事項の書面",
    juki_supplementary_copy="戸籍の附票の写し",
    juki_removed_supplementary_copy="戸籍の附票の除票の写し",
)
declare(
    Way.REST,
    Treatment.WITHHOLDS,
    api_queries="本人確認情報の提供（即時）。法令で受ける機関には印を付けて渡す",
    api_town_message="市町村間の通知の内容",
    api_held_information="登録してある転出証明書情報",
)
declare(
    Way.JOB,
    Treatment.WITHHOLDS,
    **{
        "juki.extract": "一括抽出。該当する行を別に報告する",
        "juki.bulk_query": "一括照会。該当する行に支援措置と答える",
    },
)
declare(Way.COMMAND, Treatment.WITHHOLDS, extract="一括抽出")
declare(
    Way.PAPER,
    Treatment.REFUSES,
    **{
        "juki.pdf.residence_record": "住民票の写し（描く前に断る）",
        "juki.pdf.removed_record": "除票の記載事項（描く前に断る）",
        "juki.pdf.supplementary_copy": "戸籍の附票の写し（描く前に断る）",
    },
)
declare_without_address(
    Way.SCREEN,
    "除票の保存期間と廃棄",
    "juki_retention",
    "juki_disposal_ask",
    "juki_supplementary_disposal_ask",
    "juki_disposal_decide",
)
declare_without_address(
    Way.SCREEN,
    "本籍地への通知と転籍",
    "juki_honseki_notices",
    "juki_honseki_notice_send",
    "juki_honseki_notice_drop",
    "juki_supplementary_transfer",
    "juki_supplementary_enter",
)
declare_without_address(
    Way.SCREEN,
    "緊急事案（対象者は件数だけ）",
    "juki_emergencies",
    "juki_emergency",
    "juki_emergency_new",
    "juki_emergency_move",
    "juki_emergency_take_up",
    "juki_emergency_paper",
)
declare_without_address(Way.PAPER, "緊急事案報告書", "juki.pdf.emergency_report")
declare_without_address(
    Way.SCREEN,
    "利用記録の分析と調査",
    "juki_access_findings",
    "juki_access_finding",
    "juki_access_case_open",
    "juki_access_case_move",
)
declare_without_address(Way.REST, "情報連携のための住民票コードの提供（封印）", "api_code_provisions")
declare_without_address(Way.SCREEN, "情報連携の公開鍵", "juki_link_keys", "juki_link_key_end")
declare_without_address(Way.COMMAND, "督促と利用記録の分析", "emergency_reminders", "access_review")
declare_without_address(Way.PAPER, "提供状況の書面と媒体の送付票", "juki.pdf.disclosure", "juki.pdf.delivery_slip")
declare_without_address(Way.SCREEN, "個人番号の表示", "juki_number")
declare_without_address(Way.REST, "市区町村への個人番号の通知", "api_individual_numbers")
declare_without_address(Way.COMMAND, "個人番号の通知の漏れの補い", "fill_number_notices")
declare_without_address(Way.SCREEN, "異動の通知", "juki_notices", "juki_notice_new", "juki_notice")
declare_without_address(Way.SCREEN, "不整合と順序待ちの通知の一覧", "juki_discrepancies", "juki_held_notices")
declare_without_address(
    Way.SCREEN,
    "市町村間の事務",
    "juki_town_messages",
    "juki_town_message_new",
    "juki_town_message_move",
    "juki_town_messages_settle",
    "juki_town_desk",
    "juki_special_move_ins",
    "juki_special_move_in_new",
    "juki_special_move_in_end",
    "juki_wide_area_new",
)
declare_without_address(Way.SCREEN, "附票の通知", "juki_supplementary_new", "juki_supplementary_file")
declare_without_address(
    Way.REST,
    "市町村間の通知の一覧と回答、附票の通知、転出の一覧",
    "api_town_messages",
    "api_town_message_box",
    "api_town_message_answers",
    "api_supplementary_notices",
    "api_move_outs",
    "api_move_out_information",
)
declare_without_address(
    Way.SCREEN, "一括抽出の依頼と媒体", "juki_extract_new", "juki_extract_medium", "juki_extract_slip"
)
declare_without_address(
    Way.SCREEN, "統計", "juki_provisions", "juki_notification_statistics", "juki_population", "juki_ledger"
)
declare_without_address(
    Way.SCREEN, "支援措置", "juki_protections", "juki_protection", "juki_protection_apply", "juki_protection_act"
)
declare_without_address(Way.SCREEN, "住所の表示の申請と承認", "juki_unlock_ask", "juki_unlocks", "juki_unlock_decide")
declare_without_address(
    Way.REST, "異動の通知、一括の照会と抽出の依頼", "api_notifications", "api_bulk_queries", "api_extracts"
)
declare_without_address(Way.COMMAND, "初期登録と人口の集計", "load_residents", "population")
declare_without_address(
    Way.SCREEN,
    "配信と問合せ（住民の情報は送らない）",
    "juki_deliveries",
    "juki_delivery_new",
    "juki_delivery",
    "juki_delivery_remind",
    "juki_received",
    "juki_delivery_content",
    "juki_delivery_report",
    "juki_tickets",
    "juki_ticket_new",
    "juki_ticket",
    "juki_help_desk",
    "juki_help_ticket",
)
declare_without_address(Way.REST, "配信", "api_deliveries", "api_delivery_content", "api_delivery_reports")
declare_without_address(
    Way.SCREEN, "整合性確認（住民票コードと異なる項目の名前だけ）", "juki_consistency", "juki_consistency_check"
)
declare_without_address(
    Way.REST,
    "整合性確認（要約値だけ）",
    "api_consistency_checks",
    "api_consistency_check",
    "api_consistency_steps",
)
declare_without_address(
    Way.REGISTER,
    "事務区分のマスタ",
    "juki_affair",
    "juki_affairentitlement",
    "juki_protectedaddressentitlement",
    "juki_provisionfee",
)
