"""The room's ways out, and what each does for somebody whom a 支援措置 covers."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(
    Way.SCREEN,
    Treatment.WITHHOLDS,
    mynacard_application_detail="交付申請の内容",
    mynacard_cards_of_resident="住民のカード",
    mynacard_card="カードの画面",
    mynacard_set_up="交付前設定",
    mynacard_hand_over="交付の手続",
    mynacard_notices="有効期限通知の一覧",
    mynacard_notices_csv="有効期限通知の一覧（CSV）",
)
declare(Way.SCREEN, Treatment.BY_LAW, mynacard_fetch="カードの製造データ（番号法2条7項）。発行事業者だけが受け取る")
declare_without_address(
    Way.SCREEN,
    "交付申請",
    "mynacard_application_list",
    "mynacard_apply_from_paper",
    "mynacard_application_photo",
    "mynacard_apply",
    "mynacard_issue_form",
    "mynacard_apply_express",
)
declare_without_address(Way.SCREEN, "製造", "mynacard_lots", "mynacard_make_lot", "mynacard_lot", "mynacard_maker")
declare_without_address(
    Way.SCREEN, "到着と保管", "mynacard_shipments", "mynacard_shipment", "mynacard_settle", "mynacard_safe"
)
declare_without_address(
    Way.SCREEN,
    "カードの手続",
    "mynacard_make_move",
    "mynacard_keep_abroad",
    "mynacard_certificates",
    "mynacard_write_certificates",
    "mynacard_sitting",
    "mynacard_receipt",
)
declare_without_address(Way.PAPER, "電子証明書の手続の控え", "mynacard.pdf.sitting_receipt")
declare_without_address(
    Way.SCREEN, "特急発行", "mynacard_express", "mynacard_express_lane", "mynacard_express_dispatch"
)
declare_without_address(
    Way.SCREEN, "有効期限通知の処理", "mynacard_confirm_notice", "mynacard_notice_runs", "mynacard_run_notices"
)
declare_without_address(Way.REST, "交付申請", "mynacard_applications", "mynacard_application")
declare_without_address(Way.COMMAND, "カードの日次処理", "card_clocks", "expiry_notices", "express_dispatch")
