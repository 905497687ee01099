"""C5: at least once to every subscriber, acted on once, in the order of each subject."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from jlis.kernel.isolation.scope import SYSTEM, Scope, acting
from jlis.kernel.outbox import delivery, events, publishing, waking
from jlis.kernel.outbox.events import Event
from jlis.kernel.outbox.models import OutboxDelivery, OutboxEvent, OutboxPending
from tests.conftest import CHIYODA

pytestmark = pytest.mark.django_db(transaction=True)
TOWN = Scope("jlis_municipal", CHIYODA)


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    kind = "test.happened"
    number: int


@pytest.fixture
def seen(monkeypatch):
    """A subscriber that notes what it gets; `seen.fail` names numbers that it cannot bear."""

    class Seen(list):
        fail: frozenset[int] = frozenset()

    noted = Seen()

    def note(envelopes):
        for envelope in envelopes:
            if envelope.event.number in noted.fail:
                raise RuntimeError("cannot")
        noted.extend(envelope.event.number for envelope in envelopes)

    subscriber = events.Subscriber("test.noting", frozenset({Happened.kind}), note, SYSTEM, 100)
    monkeypatch.setitem(events._subscribers, "test.noting", subscriber)
    monkeypatch.setitem(events._event_classes, Happened.kind, Happened)
    return noted


def publish(*numbers: int, subject: uuid.UUID) -> None:
    with acting(TOWN):
        publishing.publish_many([Happened(subject=subject, number=number) for number in numbers])


def deliver(later: int = 0):
    subscriber = events.subscribers()["test.noting"]
    return delivery.deliver_to(subscriber, at=datetime.now(UTC) + timedelta(seconds=later))


def test_events_arrive_once_and_in_order(seen):
    publish(1, 2, 3, subject=uuid.uuid4())
    deliver()
    deliver()
    assert seen == [1, 2, 3]
    with acting(SYSTEM):
        assert OutboxDelivery.objects.count() == 3
        assert not OutboxPending.objects.exists()


def test_what_is_rolled_back_was_never_told(seen):
    def act_and_fail():
        with acting(TOWN):
            publishing.publish(Happened(subject=uuid.uuid4(), number=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    deliver()
    assert seen == []


def test_a_failing_event_holds_back_its_own_subject_alone(seen):
    first, second = uuid.uuid4(), uuid.uuid4()
    publish(1, 2, subject=first)
    publish(10, subject=second)
    seen.fail = frozenset({1})
    deliver()
    assert seen == [10]
    seen.fail = frozenset()
    deliver(later=10)
    assert seen == [10, 1, 2]


def test_a_poisoned_event_is_parked_and_can_be_released(seen):
    subject = uuid.uuid4()
    publish(1, 2, subject=subject)
    seen.fail = frozenset({1})
    for attempt in range(delivery.MAX_ATTEMPTS):
        deliver(later=400 * (attempt + 1))
    with acting(SYSTEM):
        parked = OutboxPending.objects.get(parked_at__isnull=False)
        assert parked.fault == "RuntimeError"
    seen.fail = frozenset()
    deliver(later=10_000)
    assert seen == []
    with acting(SYSTEM):
        assert delivery.release(subscriber="test.noting", subject=subject) == 1
    deliver(later=10_000)
    assert seen == [1, 2]


def test_the_act_and_its_receipt_stand_or_fall_together(seen, monkeypatch):
    publish(1, subject=uuid.uuid4())

    def broken(*arguments, **keywords):
        raise RuntimeError("killed between act and receipt")

    monkeypatch.setattr(OutboxDelivery.objects, "bulk_create", broken)
    deliver()
    monkeypatch.undo()
    with acting(SYSTEM):
        assert not OutboxDelivery.objects.exists()
        assert OutboxPending.objects.count() == 1


def test_sequences_of_one_subject_have_no_gap_and_no_double(seen):
    subject = uuid.uuid4()
    for _ in range(3):
        publish(1, 2, subject=subject)
    with acting(SYSTEM):
        drawn = sorted(OutboxEvent.objects.values_list("sequence", flat=True))
    assert drawn == [1, 2, 3, 4, 5, 6]


def test_only_one_deliverer_works_for_a_subscriber(seen):
    import psycopg
    from django.db import connection

    publish(1, subject=uuid.uuid4())
    settings = connection.settings_dict
    other = psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )  # fmt: skip
    with other, transaction.atomic():
        other.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (delivery._LOCK_SPACE, "test.noting"))
        assert deliver().handled == 0
        other.rollback()
    other.close()
    assert deliver().handled == 1


def test_who_delivers_by_itself_wakes_nobody_and_loses_nothing(seen, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(waking, "wake", lambda task, **arguments: woken.append(task))
    subject = uuid.uuid4()
    with waking.delivering_oneself(), acting(TOWN):
        publishing.publish(Happened(subject=subject, number=1))
    assert woken == []
    with acting(TOWN):
        publishing.publish(Happened(subject=subject, number=2))
    assert woken == ["jlis.kernel.tasks.deliver_events"]
    delivery.deliver_all()
    assert seen == [1, 2]
