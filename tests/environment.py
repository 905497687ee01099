"""Set before Django reads its settings: tests connect as the owner, with keys and files of their own.

Loaded by `-p tests.environment`; the servers come from `make test`.
"""

import os
import tempfile
from pathlib import Path

from tests import tokens

_home = Path(tempfile.mkdtemp(prefix="jlis-test-"))
os.environ["JLIS_CONNECT_AS"] = "owner"
os.environ["JLIS_HOME"] = str(_home)
os.environ["JLIS_KEYS_DIR"] = str(_home / "keys")
os.environ["JLIS_FILES_DIR"] = str(_home / "files")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.pop("JLIS_TODAY", None)
tokens.prepare()
(_home / "staticfiles").mkdir()  # whitenoise looks for it at the start of every process
