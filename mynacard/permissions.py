"""What the room lets people and clients do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("mynacard.see_cards", "個人番号カードの記録を見る", "番号法17条"),
    Permission("mynacard.apply", "交付申請を受け付ける", "番号法17条1項"),
    Permission("mynacard.check_photos", "交付申請と顔写真を審査する", "番号法16条の2"),
    Permission("mynacard.produce", "カードの製造を指図する", "番号法16条の2"),
    Permission("mynacard.fetch_personalisation", "製造データを受け取る", "番号法16条の2"),
    Permission("mynacard.receive", "到着したカードを受け入れる", "番号法17条1項"),
    Permission("mynacard.set_up", "交付前設定をする", "番号法17条1項"),
    Permission("mynacard.hand_over", "カードを交付する", "番号法17条1項"),
    Permission("mynacard.update", "継続利用・券面更新をする", "番号法17条2項から4項まで"),
    Permission("mynacard.set_pins", "暗証番号を初期化・再設定する", "公的個人認証サービス事務処理要領"),
    Permission("mynacard.suspend", "カードを一時停止する", "番号法17条5項"),
    Permission("mynacard.resume", "カードの一時停止を解除する", "番号法17条5項"),
    Permission("mynacard.void", "カードを廃止する", "番号法17条5項・施行令14条"),
    Permission("mynacard.follow_register", "異動と期限をカードに反映する", "施行令14条"),
    Permission("mynacard.apply_express", "特急発行を申請する", "番号法16条の2"),
    Permission("mynacard.dispatch_express", "特急発行のカードを送付する", "番号法16条の2"),
    Permission("mynacard.send_notices", "有効期限通知を作る", "番号法16条の2"),
    Permission("mynacard.confirm_notices", "有効期限通知の送付先を確かめる", "番号法16条の2"),
    Permission("mynacard.see_statistics", "交付の状況を見る"),
    Permission("mynacard.take_over", "交付済みのカードを引き継ぐ", "番号法16条の2"),
)
