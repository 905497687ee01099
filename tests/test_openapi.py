"""/api/schema/ is a valid OpenAPI 3.1 document that says of each operation what a caller meets."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from jlis.kernel.people.permissions import registered
from tests.juki.caller import is_japanese

pytestmark = pytest.mark.django_db
ALWAYS = {"401", "403", "404", "405", "415", "429"}


@pytest.fixture
def schema(client):
    """The document as a developer fetches it, without signing in."""
    answered = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answered.status_code == 200
    return json.loads(answered.content)


def operations(schema):
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1.")
    assert [str(fault) for fault in OpenAPIV31SpecValidator(schema).iter_errors()] == []


def test_the_validator_finds_a_fault(schema):
    del schema["info"]["title"]
    assert list(OpenAPIV31SpecValidator(schema).iter_errors())


def test_the_operations_that_others_rely_on_are_there(schema):
    assert {name for name, _ in operations(schema)} >= {
        "POST /api/v1/juki/notifications", "POST /api/v1/juki/queries", "POST /api/v1/juki/extracts",
        "GET /api/v1/jobs/{job_id}", "DELETE /api/v1/jobs/{job_id}", "GET /api/v1/jobs/{job_id}/result",
        "POST /api/v1/jpki/validations",
    }  # fmt: skip


def test_each_operation_has_a_japanese_summary_and_a_description(schema):
    bare = [name for name, operation in operations(schema) if not is_japanese(operation.get("summary", ""))]
    assert bare == []
    assert all(operation["description"] for _, operation in operations(schema))


def test_each_operation_needs_a_token_with_a_scope_that_is_declared(schema):
    flow = schema["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/oauth/token/"
    assert flow["scopes"].keys() == registered().keys()
    for name, operation in operations(schema):
        (need,) = operation["security"]
        assert need.keys() == {"oauth2"}, name
        assert set(need["oauth2"]) <= flow["scopes"].keys(), name
        if "/jobs" not in name:
            assert need["oauth2"], f"{name} is open to any token"


def test_each_operation_tells_its_problems(schema):
    for name, operation in operations(schema):
        assert operation["responses"].keys() >= ALWAYS, name
        for status in ALWAYS:
            (media_type,) = operation["responses"][status]["content"]
            assert media_type == "application/problem+json", name
        assert operation["responses"]["429"]["headers"]["Retry-After"]["required"], name


def test_a_problem_has_the_members_that_callers_read(schema):
    problem = schema["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"type", "title", "status", "detail"}
    assert problem["properties"]["errors"]["items"]["properties"].keys() == {
        "row", "pointer", "field", "code", "message"
    }  # fmt: skip


def test_acts_that_may_be_sent_again_take_a_key_and_answers_about_persons_count_them(schema):
    for path in ("/api/v1/juki/notifications", "/api/v1/juki/extracts"):
        names = {parameter["name"] for parameter in schema["paths"][path]["post"]["parameters"]}
        assert "Idempotency-Key" in names
    queries = schema["paths"]["/api/v1/juki/queries"]["post"]["responses"]["200"]
    assert "X-Delivered-Count" in queries["headers"]
    assert "Location" in schema["paths"]["/api/v1/juki/extracts"]["post"]["responses"]["202"]["headers"]


def test_a_body_may_be_one_notification_a_list_or_an_object_with_a_list(schema):
    body = schema["paths"]["/api/v1/juki/notifications"]["post"]["requestBody"]["content"]["application/json"]
    forms = schema["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[-1]]["oneOf"]
    assert len(forms) == 3
    assert any(form.get("type") == "array" for form in forms)
