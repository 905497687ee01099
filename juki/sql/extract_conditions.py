"""Whom an extract draws, and which of their versions: the conditions of `sql/extract` (J5, seed 002's table).

A person is chosen by a version that meets every condition asked. 最新のみ is the last of those versions, one line a
person; 最新および履歴 is all that the asked area's registers have of whoever was chosen. A removal is the last word
only where no later version of the person stands in the asked area: who has come back since is no 消除者. On a base date
only one version of a person is in force, so that the usual request is a single scan of the partition.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from juki.domain.extracts import ExtractRequest, Target, Who

_CHOSEN = sql.SQL("version.resident IN (SELECT chosen.resident FROM juki_identityrecord chosen WHERE {conditions})")
_NONE_LATER = sql.SQL(
    "NOT EXISTS (SELECT FROM juki_identityrecord later WHERE later.resident = version.resident"
    " AND later.version > version.version AND {conditions})"
)
_ON = "{row}.state = 'CURRENT' AND {row}.valid_from <= {last} AND ({row}.valid_to IS NULL OR {row}.valid_to > {last})"
# A version that another of its own day replaced was in force on no day.
_DURING = (
    "{row}.state = 'CURRENT' AND {row}.valid_from <= {last}"
    " AND ({row}.valid_to IS NULL OR {row}.valid_to > greatest({first}, {row}.valid_from))"
)
_REMOVED = "{row}.state = 'REMOVED' AND {row}.changed_on BETWEEN {first} AND {last}"
_WHO = {Who.RESIDENT_ON: _ON, Who.RESIDENT_DURING: _DURING, Who.REMOVED_DURING: _REMOVED}
# Whose month or day is not known may have been born on any day from `birth_from` on, to the end of year or month.
_BORN_SINCE = (
    "({row}.birth_from >= {day} OR {row}.birth_date LIKE '%-00' AND {row}.birth_from + CASE"
    " WHEN {row}.birth_date LIKE '%-00-00' THEN interval '1 year' ELSE interval '1 month' END > {day})"
)


@dataclass(frozen=True)
class Conditions:
    """A request's conditions; `offices` empty means the whole prefecture."""

    wanted: ExtractRequest
    prefecture: int
    offices: list[str]

    def on_version(self) -> list[sql.Composable]:
        """The rows to be drawn, as conditions on `version`."""
        area = list(self._area("version"))
        if self.wanted.target is Target.HISTORY:
            return [*area, _CHOSEN.format(conditions=_all(self._chosen("chosen")))]
        if self.wanted.who is Who.RESIDENT_ON:
            return list(self._chosen("version"))
        later = self._area("later") if self.wanted.who is Who.REMOVED_DURING else self._chosen("later")
        return [*self._chosen("version"), _NONE_LATER.format(conditions=_all(later))]

    def _area(self, row: str) -> Iterator[sql.Composable]:
        # The policy says the same; said here as well, the planner prunes the other partitions at once.
        yield _said("{row}.prefecture = {value}", row, value=self.prefecture)
        yield _said("{row}.superseded_at IS NULL", row)
        if self.offices:
            yield _said("{row}.office = ANY({value})", row, value=self.offices)

    def _chosen(self, row: str) -> Iterator[sql.Composable]:
        wanted = self.wanted
        yield from self._area(row)
        yield _said(_WHO[wanted.who], row, first=wanted.from_on, last=wanted.to_on)
        if wanted.born_from:
            yield _said(_BORN_SINCE, row, day=wanted.born_from)
        if wanted.born_to:
            yield _said("{row}.birth_from <= {value}", row, value=wanted.born_to)
        for column in ("sex", "resident_class"):
            if value := getattr(wanted, column):
                yield _said("{row}." + column + " = {value}", row, value=value)
        if wanted.reasons:
            yield _said("{row}.change_reason = ANY({value})", row, value=list(wanted.reasons))


def _said(condition: str, row: str, **values: object) -> sql.Composable:
    return sql.SQL(condition).format(row=sql.SQL(row), **{name: sql.Literal(value) for name, value in values.items()})


def _all(conditions: Iterator[sql.Composable]) -> sql.Composable:
    return sql.SQL(" AND ").join(conditions)
