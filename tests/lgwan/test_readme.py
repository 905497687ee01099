"""The README's diagram is the table's."""

from pathlib import Path

import lgwan
from lgwan.domain.asp import diagram


def test_the_diagram_is_current():
    readme = (Path(lgwan.__file__).parent / "README.md").read_text("utf-8")

    assert f"```mermaid\n{diagram()}\n```" in readme
