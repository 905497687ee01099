"""The room's ways out, and what each does for somebody whom a 支援措置 covers."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(
    Way.SCREEN,
    Treatment.REFUSES,
    kiosk_pin="キオスク端末の本人確認（メニューを出さない）",
    kiosk_issue="キオスク端末の交付",
    kiosk_paper="キオスク端末の証明書",
    verify="証明書の確認（おもて面を見せない）",
)
declare(
    Way.REST,
    Treatment.REFUSES,
    api_kiosk_proof="本人確認（事業者の中継）",
    api_kiosk_requests="交付の要求（事業者の中継）",
    api_kiosk_paper="証明書（事業者の中継）",
)
declare(Way.PAPER, Treatment.REFUSES, **{"konbini.pdf.guarding": "証明書の保護（保護した後も渡さない）"})
declare_without_address(Way.PAPER, "証明書の読取り（出力しない）", "konbini.pdf.reading")
declare_without_address(
    Way.SCREEN, "キオスク端末", "kiosk", "kiosk_card", "kiosk_menu", "kiosk_options", "kiosk_confirm", "kiosk_print"
)
declare_without_address(Way.SCREEN, "件数と停止", "konbini_counts", "konbini_switch")
declare_without_address(
    Way.REST, "手続の開始・終了と印刷の報告", "api_kiosk_sessions", "api_kiosk_session", "api_kiosk_prints"
)
declare_without_address(
    Way.REGISTER, "コンビニ交付のマスタ", "konbini_storeoperator", "konbini_kiosk", "konbini_town", "konbini_menuitem"
)
