from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jpki.engine.house import Authority, Outside


@pytest.fixture(scope="session")
def sign_authority() -> Authority:
    return Authority.made("sign")


@pytest.fixture(scope="session")
def auth_authority() -> Authority:
    return Authority.made("auth")


@pytest.fixture(scope="session")
def authority_of(sign_authority: Authority, auth_authority: Authority) -> Callable[[str], Authority]:
    return {"sign": sign_authority, "auth": auth_authority}.__getitem__


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path)
