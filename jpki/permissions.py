"""What the room lets people and clients do."""

from jlis.kernel.people.permissions import Permission, register

register(
    Permission("jpki.see_certificates", "電子証明書を見る", "公的個人認証法第8条"),
    Permission("jpki.issue", "電子証明書を発行する", "公的個人認証法第3条"),
    Permission("jpki.revoke", "電子証明書を失効させる", "公的個人認証法第9条・第10条"),
    Permission("jpki.suspend", "電子証明書を一時保留する", "公的個人認証法第10条"),
    Permission("jpki.follow_register", "異動を電子証明書に反映する", "公的個人認証法第12条"),
    Permission("jpki.operate_authority", "認証局を運用する", "公的個人認証法第16条"),
    Permission("jpki.export_certificate", "電子証明書を書き出す", "公的個人認証法第8条"),
    Permission("jpki.see_statistics", "発行・失効の統計を見る（全国）"),
    Permission("jpki.see_town_statistics", "発行・失効の統計を見る（自団体）"),
    Permission("jpki.see_fee_reports", "有償発行の月次報告を見る"),
    Permission("jpki.report_fees", "有償発行を集計し、歳入歳出外現金と照合する", "公的個人認証サービス事務処理要領"),
    Permission("jpki.confirm_fees", "有償発行の月次報告を確認する", "公的個人認証サービス事務処理要領"),
    Permission("jpki.bill_fees", "有償発行の月次報告により請求する", "公的個人認証サービス事務処理要領"),
    Permission("jpki.approve_replacement", "一斉再発行を承認する", "公的個人認証法第16条"),
    Permission("jpki.see_inspections", "発行物の検査の結果を見る", "公的個人認証法第16条"),
    Permission("jpki.identify", "利用者証明用電子証明書で本人を確認する", "公的個人認証法第36条・第38条"),
    Permission("jpki.validate", "電子証明書の有効性を確認する", "公的個人認証法第18条"),
    Permission("jpki.link_serials", "発行の番号の紐付けを求める", "公的個人認証法第18条"),
    Permission("jpki.latest_items", "最新の利用者情報の提供を受ける（本人の同意による）", "公的個人認証法第18条"),
    Permission("jpki.see_consents", "最新の利用者情報の提供への同意を見る", "公的個人認証法第18条"),
    Permission("jpki.withdraw_consents", "最新の利用者情報の提供への同意を取り消す", "公的個人認証法第18条"),
    Permission("jpki.see_parties", "検証者を見る", "公的個人認証法第17条・第36条"),
    Permission("jpki.manage_parties", "検証者を登録し、提供を開始・停止・終了する", "公的個人認証法第17条・第36条"),
    Permission("jpki.accept_parties", "検証者の届出を受理する", "公的個人認証法第17条・第36条"),
    Permission("jpki.notify_providers", "SP事業者を届け出る（PF事業者）", "公的個人認証法第17条・第36条"),
    Permission("jpki.see_statements", "失効情報の提供の明細を見る", "公的個人認証法第18条"),
)
