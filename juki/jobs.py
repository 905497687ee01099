"""The room's long work."""

from jlis.kernel.jobs.kinds import job_kind
from juki.services import bulk_queries, extracts

job_kind(
    extracts.KIND,
    label="本人確認情報の一括抽出",
    permission="juki.extract",
    approval_permission="juki.approve_extract",
)(extracts.draw)
job_kind(bulk_queries.KIND, label="本人確認情報の一括照会", permission="juki.query_bulk")(bulk_queries.answer)
