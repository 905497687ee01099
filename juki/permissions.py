"""What the room lets people and clients do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("juki.search", "本人確認情報を検索する", "住民基本台帳法30条の10・30条の15"),
    Permission("juki.notify", "本人確認情報を通知する", "住民基本台帳法30条の6"),
    Permission("juki.see_discrepancies", "不整合を見る", "住民基本台帳法30条の8"),
    Permission("juki.settle_discrepancies", "不整合を処理する", "住民基本台帳法30条の8"),
    Permission("juki.load", "初期登録を行う", "住民基本台帳法30条の6"),
    Permission("juki.draw_codes", "住民票コードを受け取る", "住民基本台帳法30条の3"),
    Permission("juki.allot_codes", "住民票コードを割り当てる", "住民基本台帳法30条の2"),
    Permission("juki.query", "本人確認情報の提供を受ける（即時）", "住民基本台帳法30条の9"),
    Permission("juki.query_bulk", "本人確認情報の提供を受ける（一括）", "住民基本台帳法30条の9・施行令30条の7"),
    Permission("juki.extract", "一括抽出を依頼する", "住民基本台帳法30条の15"),
    Permission("juki.approve_extract", "一括抽出を承認する", "住民基本台帳法30条の15"),
    Permission("juki.disclose", "提供状況を開示する", "個人情報の保護に関する法律"),
    Permission("juki.see_statistics", "本人確認情報の統計を見る", "住民基本台帳法30条の16"),
    Permission("juki.count_population", "住民基本台帳人口を集計する", "住民基本台帳法30条の16"),
    Permission("juki.see_town_messages", "市町村間の通知を見る", "住民基本台帳法9条・12条の4・19条・24条の2"),
    Permission("juki.handle_town_messages", "市町村間の通知を処理する", "住民基本台帳法9条・12条の4・19条・24条の2"),
    Permission("juki.write_town_messages", "ほかの市区町村に通知する", "住民基本台帳法9条2項・19条1項"),
    Permission("juki.keep_move_outs", "転出証明書情報を登録する", "住民基本台帳法24条の2第4項・施行令24条の3"),
    Permission("juki.special_move_in", "特例転入を受け付ける", "住民基本台帳法24条の2"),
    Permission("juki.wide_area", "住民票の写しを広域交付する", "住民基本台帳法12条の4"),
    Permission("juki.set_town_desk", "市町村間の事務の設定を変える", "住民基本台帳法9条・12条の4"),
    Permission("juki.notify_supplementary", "附票本人確認情報を通知する", "住民基本台帳法30条の41"),
    Permission("juki.see_supplementary", "附票本人確認情報を見る", "住民基本台帳法30条の41から30条の44の3"),
    Permission("juki.edit_affairs", "事務区分を登録する", "住民基本台帳法別表"),
)
