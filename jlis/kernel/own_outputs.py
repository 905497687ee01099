"""The kernel's ways out. Results of jobs pass through it: what is in them is the business of the job's kind."""

from jlis.kernel.outputs import Treatment, Way, declare, declare_without_address

declare(Way.SCREEN, Treatment.WITHHOLDS, job_result="ジョブの結果の取得")
declare(Way.REST, Treatment.WITHHOLDS, api_job_result="ジョブの結果の取得（REST）")
declare(
    Way.COMMAND,
    Treatment.KEPT,
    backup="データベース全体のバックアップ（運用者だけ）",
    restore="バックアップからの復元（運用者だけ）",
)
declare_without_address(
    Way.SCREEN, "サインインと机", "sign_in", "second_factor", "sign_out", "change_password", "desk", "accessibility"
)
declare_without_address(Way.SCREEN, "ジョブと承認", "job_list", "job_detail", "job_state", "job_decision")
declare_without_address(
    Way.SCREEN, "利用者と職務", "staff_list", "staff_open_account", "staff_request_duty", "staff_decide_duty"
)
declare_without_address(Way.SCREEN, "監査記録", "audit_list", "audit_check")
declare_without_address(Way.SCREEN, "町・字の候補", "town_lookup")
declare_without_address(Way.SCREEN, "稼働の監視", "health", "ready", "metrics")
declare_without_address(Way.REST, "ジョブ", "api_jobs", "api_job")
declare_without_address(Way.REST, "接続と説明書", "token", "schema", "api_docs")
declare_without_address(
    Way.COMMAND,
    "監査・鍵・照合",
    "audit_proof",
    "audit_verify",
    "load_reference",
    "make_keys",
    "reconcile",
    "vault_rotate",
)
declare_without_address(
    Way.REGISTER,
    "地名と団体のマスタ",
    "kernel_prefecture",
    "kernel_municipality",
    "kernel_municipalitysuccession",
    "kernel_organisation",
    "kernel_town",
    "kernel_postcode",
    "kernel_referenceset",
)
