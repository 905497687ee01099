"""Files as bodies: written to disk as they come, never held whole."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from jlis.kernel.errors import TooLarge
from jlis.kernel.jobs import asked_files

_PIECE = 1 << 20


@dataclass
class ReceivedFile:
    """A body on disk; it is gone with the request unless a job keeps it."""

    file: IO[bytes]
    sha256: str = ""
    size: int = 0

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.file.name)

    def take(self, stream: IO[bytes]) -> None:
        """Write what comes. Raises `TooLarge`."""
        digest = hashlib.sha256()
        while piece := stream.read(_PIECE):
            self.size += len(piece)
            if self.size > settings.JLIS_UPLOAD_LIMIT:
                limit = settings.JLIS_UPLOAD_LIMIT >> 20
                raise TooLarge("file_too_large", f"ファイルが大きすぎます（{limit:,}MBまで）。分けて送ってください。")
            digest.update(piece)
            self.file.write(piece)
        self.file.flush()
        self.sha256 = digest.hexdigest()


class CSVFileParser(BaseParser):
    """`Content-Type: text/csv`: `request.data` is a `ReceivedFile`, which the view closes with its answer.

    Raises `TooLarge` over `JLIS_UPLOAD_LIMIT`.
    """

    media_type = "text/csv"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Take the body to its end, or to the limit."""
        assert parser_context is not None
        file = tempfile.NamedTemporaryFile(dir=asked_files.folder(), prefix="received-")  # noqa: SIM115 - see above
        received = parser_context["view"].received = ReceivedFile(file)
        received.take(stream)
        return received
