"""J12: every act of the room that names a person is told to them, or is said here not to be a look at them."""

import ast
import re
from pathlib import Path

from juki import permissions
from juki.domain import protections, town_messages
from juki.selectors.disclosures import METHODS
from juki.services import posting

# What changes a record, and what gives nothing of one: the person's own town told it, or nobody saw anything.
NOT_A_LOOK = {
    "juki.loaded": "the first load",
    "juki.notification_applied": "a change that the town told",
    "juki.supplementary_notified": "a change that the 本籍地 told",
    "juki.held_notification_settled": "the town lets its own notices go on, and is shown nothing new",
    "juki.unaddressed_notice_settled": "a notice was sent off, which is told as sent, or dropped",
    "juki.move_out_information_held": "the town's own entry",
    "juki.special_move_in_opened": "the sitting begins; what it shows is told as seen",
    "juki.special_move_in_completed": "the sitting ends with a change that the town told",
    "juki.wide_area_refused": "nothing was given",
    "juki.consistency_finished": "digests were compared; who looks at the outcome is told",
    "juki.disposal_asked": "what is old goes", "juki.disposed": "what is old goes",
    "juki.disposal_refused": "it stays",
    "juki.unlock_asked": "nothing is shown yet; what is shown then is told",
    "juki.unlock_allowed": "the same", "juki.unlock_refused": "nothing was shown",
    "juki.protection_applied": "the measure itself, which the person asked for",
    "juki.protection_copied": "the measure itself, at another town", "juki.protection_moved": "the same",
}  # fmt: skip
_WORD = re.compile(r"juki\.[a-z_]+")
_SERVICES = Path(posting.__file__).parent
_PERMISSIONS = {name for name in Path(permissions.__file__).read_text().split('"') if _WORD.fullmatch(name)}
# Steps of a measure are told in its own screen; of messages, those that carry nothing new between towns.
_STEPS = {move.audit_word for move in protections.MOVES.values()} | {
    move.audit_word for move in town_messages.MOVES.values() if move.verb != "answer"
}


def acts_with_a_person() -> set[str]:
    """The words of each call that writes an act with a subject; of one that names it elsewhere, all of its module."""
    found: set[str] = set()
    for path in _SERVICES.glob("*.py"):
        tree = ast.parse(path.read_text())
        words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and _is_word(node.value)}
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if (action := _action_of(call)) is None:
                continue
            found |= {action.value} if isinstance(action, ast.Constant) else words - _PERMISSIONS
    return found


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _action_of(call: ast.Call) -> ast.expr | None:
    """The action of a call that names a person; None of any other."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "Act":
        return call.args[0] if any(_says(value) for value in call.args[1:3]) else None
    if name == "record_parts":
        return keywords.get("action")
    if name == "record" and any(_says(keywords[one]) for one in ("subject", "subjects") if one in keywords):
        return keywords.get("action")
    return None


def _says(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value is None)


def test_every_act_with_a_person_is_told_or_is_no_look():
    written = acts_with_a_person()
    assert {"juki.provided", "juki.removed_record_issued", "juki.town_message_sent"} <= written
    assert written - METHODS.keys() - NOT_A_LOOK.keys() == set()
    assert town_messages.MOVES["answer"].audit_word in METHODS
    assert _STEPS.isdisjoint(METHODS)


def test_nothing_is_both_and_nothing_is_named_in_vain():
    written = acts_with_a_person() | _STEPS | {town_messages.MOVES["answer"].audit_word}
    assert METHODS.keys() & NOT_A_LOOK.keys() == set()
    assert (METHODS.keys() | NOT_A_LOOK.keys()) - written == set()
