"""What the room lets people and clients do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("lgwan.see_redundancy", "冗長化の状況を見る"),
    Permission("lgwan.see_circuits", "接続団体と回線を見る"),
    Permission("lgwan.load_network", "接続団体と回線・冗長化の調査を登録する", "地方公共団体情報システム機構法22条"),
    Permission("lgwan.see_services", "LGWAN-ASPの申込みと登録を見る"),
    Permission("lgwan.enter_providers", "民間事業者等の提供者を登録する", "LGWAN-ASP基本要綱"),
    Permission("lgwan.apply_services", "LGWAN-ASPの申込み・届出をする", "LGWAN-ASP基本要綱"),
    Permission("lgwan.review_services", "LGWAN-ASPの審査をする", "LGWAN-ASP基本要綱"),
    Permission("lgwan.approve_services", "LGWAN-ASPを承認する", "LGWAN-ASP基本要綱"),
    Permission("lgwan.see_catalogue", "LGWAN-ASPのサービス一覧を見る"),
)
