"""What the room lets people and clients do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("konbini.relay", "端末からの証明書交付を中継する"),
    Permission("konbini.see_counts", "コンビニ交付の件数と手数料を見る"),
    Permission("konbini.stop_town", "団体のコンビニ交付を停止・再開する"),
    Permission("konbini.edit_participants", "参加団体・事業者・端末を登録する"),
)
