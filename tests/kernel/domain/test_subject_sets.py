"""A bulk act carries each resident once, whatever the order and however often they came."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.subject_sets import PackedSet, SubjectSpool, pack_subjects, unpack_subjects

# Zero bytes at either end are where a sort over fixed-width texts might go wrong.
IDS = st.one_of(st.uuids(), st.integers(0, 255).map(lambda n: UUID(int=n << 120)), st.builds(UUID, int=st.just(0)))
BATCHES = st.lists(st.lists(IDS, max_size=20), max_size=8)


def gathered(batches: list[list[UUID]], most: int) -> list[PackedSet]:
    with TemporaryDirectory() as folder, SubjectSpool(Path(folder) / "ids") as spool:
        for batch in batches:
            spool.add(b"".join(resident.bytes for resident in batch))
        return list(spool.parts(most))


@given(BATCHES)
def test_gathered_in_batches_or_packed_at_once_is_the_same(batches):
    everybody = [resident for batch in batches for resident in batch]
    (packed,) = gathered(batches, most=1000)
    assert packed == pack_subjects(everybody)
    assert packed.size == len(set(everybody))
    assert unpack_subjects(packed.octets) == sorted(set(everybody), key=lambda resident: resident.bytes)


@given(BATCHES, st.integers(1, 5))
def test_in_parts_everybody_stands_in_one_of_them(batches, most):
    everybody = {resident for batch in batches for resident in batch}
    parts = [unpack_subjects(part.octets) for part in gathered(batches, most)]
    assert len(parts) == max(1, -(-sum(map(len, batches)) // most))
    assert sorted(resident for part in parts for resident in part) == sorted(everybody)


def test_the_spool_leaves_nothing(tmp_path):
    with SubjectSpool(tmp_path / "ids") as spool:
        spool.add(bytes(16))
    assert list(tmp_path.iterdir()) == []
