"""What has to be handed in for each class of service.

The groups follow what the review looks at in each class; the official forms' names and numbers are not public, so these
are this project's own words for them.
"""

from dataclasses import dataclass

from lgwan.domain.asp import Layer

_EVERY = frozenset(Layer)


@dataclass(frozen=True)
class Paper:
    """A paper: its code, its name, the classes that need it, and whether local bodies need not show it."""

    code: str
    label: str
    layers: frozenset[Layer] = _EVERY
    but_local_bodies: bool = False


PAPERS = (
    Paper("FORM", "申込書"),
    Paper("ELIGIBILITY", "提供者の要件を満たすことの説明", but_local_bodies=True),
    Paper("CONTENT", "提供する内容の説明", frozenset({Layer.APPLICATION})),
    Paper("USERS", "利用する団体の範囲", frozenset({Layer.APPLICATION})),
    Paper("SECURITY", "安全管理の措置", frozenset({Layer.APPLICATION})),
    Paper("TERMS", "接続約款への同意", frozenset({Layer.HOSTING})),
    Paper("CONFIGURATION", "機器とネットワークの構成", frozenset({Layer.HOSTING})),
    Paper("FILTERS", "通信の制御の設定", frozenset({Layer.HOSTING})),
    Paper("CERTIFICATES", "証明書の利用", frozenset({Layer.HOSTING})),
    Paper("OPERATION", "運用の体制", frozenset({Layer.HOSTING})),
    Paper("ROOM", "室と設備の条件", frozenset({Layer.FACILITY})),
    Paper("STANDARDS", "公的な基準への適合", frozenset({Layer.FACILITY})),
    Paper("WAIVER", "免責の事項", frozenset({Layer.FACILITY})),
    Paper("CLOSED", "閉域であることの説明", frozenset({Layer.COMMUNICATION})),
    Paper("BANDWIDTH", "帯域の説明", frozenset({Layer.COMMUNICATION})),
    Paper("ALWAYS_ON", "常時接続の説明", frozenset({Layer.COMMUNICATION})),
)
LABELS = {paper.code: paper.label for paper in PAPERS}


def needed(layer: Layer, *, local_body: bool) -> list[Paper]:
    """The checklist of a class, in the list's order."""
    return [paper for paper in PAPERS if layer in paper.layers and not (local_body and paper.but_local_bodies)]
