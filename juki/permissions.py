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
    Permission("juki.edit_affairs", "事務区分を登録する", "住民基本台帳法別表"),
)
