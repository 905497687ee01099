"""A bulk act carries each resident once, whatever the order and however often they came."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.subject_sets import SubjectSet, pack_subjects, unpack_subjects

# Zero bytes at either end are where a sort over fixed-width texts might go wrong.
IDS = st.one_of(st.uuids(), st.integers(0, 255).map(lambda n: UUID(int=n << 120)), st.builds(UUID, int=st.just(0)))


@given(st.lists(st.lists(IDS, max_size=20), max_size=8))
def test_gathered_in_batches_or_packed_at_once_is_the_same(batches):
    gathered = SubjectSet()
    for batch in batches:
        gathered.add(b"".join(resident.bytes for resident in batch))
        assert len(gathered) >= len(set(batch))
    everybody = [resident for batch in batches for resident in batch]
    assert gathered.packed() == pack_subjects(everybody)
    assert len(gathered) == len(set(everybody))
    assert unpack_subjects(gathered.packed()) == sorted(set(everybody), key=lambda resident: resident.bytes)
