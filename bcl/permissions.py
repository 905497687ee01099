"""What the room lets people and clients do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("bcl.take_part", "副本の参加を申し込み、発行を停止・再開する"),
    Permission("bcl.run_cloud", "参加団体の受付・稼働開始・終了を行う", "地方公共団体情報システム機構法22条4号"),
    Permission("bcl.see_participation", "参加状況を見る"),
    Permission("bcl.send_copy", "住民情報データの副本を送る"),
    Permission("bcl.see_copy", "副本の受信状況を見る"),
    Permission("bcl.open_household", "副本の世帯を開く", "住民基本台帳法12条"),
    Permission("bcl.issue_certificates", "副本から証明書を発行する", "住民基本台帳法12条"),
)
