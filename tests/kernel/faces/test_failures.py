"""What never reaches a view is answered in words too."""

import pytest

pytestmark = pytest.mark.django_db


def test_what_is_too_large_is_told_so(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post("/", "username=" + "x" * 200, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "送られたデータが大きすぎます" in answer.content.decode()


def test_what_cannot_be_read_is_told_so(client):
    answer = client.get("/", headers={"Host": "somewhere.example"})
    assert answer.status_code == 400
    assert "送られた内容を読み取れません" in answer.content.decode()
