"""The room's long work."""

from functools import partial

from jlis.kernel.jobs.kinds import job_kind
from jlis.kernel.time import now
from jpki.services import replacing

job_kind(
    replacing.KIND,
    label="電子証明書の一斉再発行",
    permission="jpki.operate_authority",
    approval_permission="jpki.approve_replacement",
)(partial(replacing.replace, clock=now))
