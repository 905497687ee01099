"""What is logged: one JSON object a line, codes and counts, no person and no text of an error."""

import io
import json
import logging
import sys
import time

import pytest
import structlog
from django.conf import settings

from jlis.kernel.faces import logs


@pytest.fixture
def lines(monkeypatch):
    """Both kinds of logger write here."""
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        logs.configure(settings.LOGGING)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.configure(settings.LOGGING)


def test_both_loggers_write_the_same_lines(lines):
    structlog.get_logger("jlis.one").info("counted", count=3)
    logging.getLogger("jlis.two").info("counted")
    ours, library = lines()
    assert (ours["event"], ours["logger"], ours["level"], ours["count"]) == ("counted", "jlis.one", "info", 3)
    assert (library["event"], library["logger"], library["level"]) == ("counted", "jlis.two", "info")
    assert ours.keys() - {"count"} == library.keys()


def test_a_personal_key_leaves_a_mark_and_no_name(lines):
    structlog.get_logger("jlis.one").warning("slip", name="千代田 太郎", resident_code="12345678901", office="131016")
    (line,) = lines()
    assert (line["name"], line["resident_code"], line["office"]) == ("[personal]", "[personal]", "131016")


def test_an_error_is_its_class_and_place(lines):
    try:
        raise ValueError("千代田 太郎")
    except ValueError:
        structlog.get_logger("jlis.one").exception("failed")
    (line,) = lines()
    assert line["fault"] == "ValueError"
    assert "千代田" not in json.dumps(line, ensure_ascii=False)


def test_below_the_level_nothing_is_written(lines):
    structlog.get_logger("jlis.one").debug("detail")
    assert lines() == []


def test_lines_that_may_wait_are_written_soon_and_before_any_that_may_not(monkeypatch):
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        patch.setattr(logs._Behind, "MOMENT", 0.001)
        logs.configure({**settings.LOGGING, "behind": True})
    try:
        log = structlog.get_logger("jlis.one")
        log.info("first")
        log.warning("second")
        assert events(stream) == ["first", "second"]
        log.info("third")
        until = time.monotonic() + 10
        while len(events(stream)) < 3 and time.monotonic() < until:
            time.sleep(0.001)
        assert events(stream)[2:] == ["third"]
    finally:
        logs.configure(settings.LOGGING)


def events(stream: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
