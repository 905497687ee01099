"""manage.py audit_proof ENTRY"""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from jlis.kernel.audit import verification
from jlis.kernel.commands import HouseCommand
from jlis.kernel.isolation.scope import SYSTEM, acting


class Command(HouseCommand):
    """Prints the inclusion proof of one entry: leaf, path, root, block hash."""

    help = "監査記録1件の包含証明を示します / print the inclusion proof of one entry"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("entry", type=UUID, help="監査記録の識別子 / id of the entry")

    def work(self, **options: Any) -> dict[str, Any]:
        with acting(SYSTEM):
            proof = verification.prove(options["entry"])
        self.say(json.dumps(vars(proof), indent=2), options)
        return vars(proof)
