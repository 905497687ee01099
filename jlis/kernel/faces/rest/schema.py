"""OpenAPI 3.1 for the house: every operation documents its problems and, where it has one, its permission."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from jlis.kernel.people.permissions import registered

PROBLEM_STATUSES = {
    "400": "入力に誤りがある。`errors` が行・項目・原因を示す。",
    "401": "トークンがない、または期限切れ。",
    "403": "トークンの範囲または利用目的が許していない。",
    "404": "該当するものがない（ほかの団体にあるかどうかは答えない）。",
    "405": "この方法では呼び出せない。",
    "409": "現在の状態では処理できない、または同じキーの要求を処理中。",
    "413": "一度に送れる大きさを超えている。",
    "415": "受け付けられない形式。",
    "422": "使用済みのキーで別の内容が送られた。",
    "429": "要求が多すぎる。`Retry-After` 秒待つ。",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "row": {"type": "integer"},
                    "pointer": {"type": "string"},
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


class HouseSchema(AutoSchema):
    """Adds the problem documents and the OAuth scope to every operation."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for status, description in PROBLEM_STATUSES.items():
            operation["responses"].setdefault(status, {"description": description, "content": content})
        operation["responses"]["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The token's scope that opens the operation."""
        permission = getattr(self.view, "permission", "")
        if isinstance(permission, dict):
            permission = permission.get(self.method, "")
        return [{"oauth2": [permission] if permission not in ("", "*") else []}]


def name_common_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What operations refer to: the problem document, and every scope by name and label."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    scopes = {name: permission.label for name, permission in sorted(registered().items())}
    flow = {"tokenUrl": "/oauth/token/", "scopes": scopes}
    result["components"]["securitySchemes"] = {"oauth2": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    return result
