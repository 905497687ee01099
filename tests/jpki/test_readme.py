"""The README's diagrams are the tables'."""

from pathlib import Path

import pytest

import jpki
from jpki.domain.devices import device_diagram
from jpki.domain.lifecycle import diagram
from jpki.domain.relying_parties import party_diagram


@pytest.mark.parametrize("drawn", [diagram, party_diagram, device_diagram])
def test_the_diagram_is_current(drawn):
    readme = (Path(jpki.__file__).parent / "README.md").read_text("utf-8")

    assert f"```mermaid\n{drawn()}\n```" in readme
