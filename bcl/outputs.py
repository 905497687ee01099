"""The room's ways out, and what each does for somebody whom a 支援措置 covers."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(Way.SCREEN, Treatment.WITHHOLDS, bcl_household="副本の世帯（世帯の誰かが対象者なら全員分）")
declare_without_address(
    Way.SCREEN, "自治体基盤クラウドへの参加", "bcl_participation", "bcl_apply", "bcl_signatory", "bcl_move"
)
declare_without_address(Way.SCREEN, "副本の受信状況", "bcl_reception")
declare_without_address(Way.REST, "副本の差分と照合値", "api_differences", "api_copy_digest")
declare_without_address(Way.COMMAND, "副本の初期登録", "load_copy")
