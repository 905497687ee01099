"""What the kernel itself lets people do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("kernel.view_registers", "台帳を見る"),
    Permission("kernel.edit_masters", "マスタを直す"),
    Permission("kernel.enter_bodies", "団体・機関を登録する"),
    Permission("kernel.administer_staff", "職員と職務を管理する"),
    Permission("kernel.administer_every_organisation", "すべての団体の職員を管理する"),
    Permission("kernel.administer_clients", "接続システムを登録する"),
    Permission("kernel.rotate_keys", "封印の鍵を替える"),
    Permission("kernel.see_jobs", "ジョブを見る"),
    Permission("kernel.read_audit", "監査記録を見る"),
)
