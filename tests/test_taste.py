"""The house's tastes, ten at most: what a reader may rely on everywhere, held by a test and not by memory."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command, get_commands, load_command_class
from django.db.models import CompositePrimaryKey, Field, Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from jlis.kernel.people.permissions import registered

ROOT = settings.BASE_DIR
_project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ROOMS = tuple(_project["tool"]["importlinter"]["root_packages"])
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")
# A word that is the same in Japanese.
NO_OTHER_WORD = {"SHA-256"}

# The doors that stand open: the sign-in, the watch over the servers, what REST clients read first, the PKI's face.
PUBLIC = {
    "sign_in", "second_factor", "sign_out", "accessibility", "health", "ready", "metrics", "token", "schema",
    "api_docs", "pki_ocsp", "pki_ocsp_get", "pki_practice_statement", "pki_certificate", "pki_generation", "pki_link",
    "pki_full_list", "pki_list", "pki_generation_full_list", "pki_generation_list",
    # A kiosk in a store and the demonstration's reader beside it; whoever received a paper.
    "kiosk", "kiosk_card", "kiosk_pin", "kiosk_menu", "kiosk_options", "kiosk_confirm", "kiosk_issue", "kiosk_print",
    "kiosk_paper", "verify", "demo_reader_cards", "demo_reader_certificate", "demo_reader_signatures",
}  # fmt: skip

# Under these names a person enters a service; under the latter a record is read.
PERSON = {"resident", "residents", "staff_id", "notices", "notification", "order", "orders", "certificate"}
RECORD = {"resident", "resident_code", "individual_number", "items", "serial"}
# Steps of other services, in whose transaction they run and by whose policy; no face may call them.
STEPS = {
    Path(f"juki/services/{step}.py")
    for step in (
        "applying", "departing", "identity_bases", "numbers", "posting", "protection_copies", "register", "retelling",
        "versions", "waiting"
    )
}  # fmt: skip
# An actor cannot date its own entry: the chain has the server's clock.
OWN_CLOCK = {Path("jlis/kernel/audit/services.py")}

# Templates that Django looks for by itself.
BY_NAME = {"403.html", "403_csrf.html", "404.html", "500.html"}


def sources(*pieces: str) -> Iterator[tuple[Path, ast.Module]]:
    """The modules of these pieces (`services` is services.py or what lies in services/), with their syntax."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            relative = path.relative_to(ROOT)
            if "migrations" not in relative.parts and (not pieces or {*relative.parts, path.stem} & set(pieces)):
                yield relative, ast.parse(path.read_text("utf-8"))


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.partition(".")[0] in ROOMS]


def own_fields(model: type[Model]) -> Iterator[Field]:
    """The fields that we wrote: not the number that Django adds, nor what a package's abstract model brings."""
    bases = [base for base in model.__mro__[1:] if hasattr(base, "_meta")]
    brought = {field.name for base in bases for field in base._meta.local_fields}
    for field in model._meta.local_fields:
        if field.name not in brought and not field.auto_created and not isinstance(field, CompositePrimaryKey):
            yield field


def test_every_model_and_field_has_a_japanese_name():
    words = {}
    with translation.override("ja"):
        for model in our_models():
            words[model.__name__] = str(model._meta.verbose_name)
            words |= {f"{model.__name__}.{field.name}": str(field.verbose_name) for field in own_fields(model)}
    foreign = {place: word for place, word in words.items() if not JAPANESE.search(word)}
    assert {place: word for place, word in foreign.items() if word not in NO_OTHER_WORD} == {}


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, each.namespace or namespace)
        else:
            yield namespace, each


def wanted_permissions(view: object) -> set[str]:
    """What a view or an endpoint asks for; nothing where it was forgotten."""
    asked = getattr(view, "permission", None) or getattr(getattr(view, "cls", None), "permission", None) or ()
    return {asked} if isinstance(asked, str) else set(asked.values()) if isinstance(asked, dict) else set()


def test_every_view_demands_a_permission_or_stands_on_the_list_of_public_ones():
    known = registered().keys() | {"*"}
    public, forgotten = set(), []
    for namespace, route in routes(get_resolver()):
        if namespace == "admin":
            # The registers have one guard for all; its sign-in merely leads to ours.
            guarded = hasattr(route.callback, "admin_site") or hasattr(route.callback, "model_admin")
            if not guarded and route.callback != admin.site.login:
                forgotten.append(f"admin:{route.name}")
        elif (asked := wanted_permissions(route.callback)) == {"public"}:
            public.add(route.name)
        elif not asked or not asked <= known:
            forgotten.append(route.name)
    assert forgotten == []
    assert public == PUBLIC


def public_functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, set[str], set[str]]]:
    """The functions that others may call, with all their arguments and with the keyword-only ones."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            keywords = {argument.arg for argument in node.args.kwonlyargs}
            yield node, keywords | {argument.arg for argument in node.args.args}, keywords


def has_one_purpose(tree: ast.Module) -> bool:
    """Whether the law leaves a module's acts a single purpose, which stands at its head."""
    names = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return any(isinstance(name, ast.Name) and name.id == "PURPOSE" for name in names)


def entries_without_purpose(tree: ast.Module) -> Iterator[int]:
    """Lines that write persons into the audit chain without a purpose."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "audit.record_many"):
            given = {keyword.arg for keyword in node.keywords}
            names_persons = given & {"subject", "subjects"} or node.func.attr == "record_many"
            if names_persons and "purpose" not in given:
                yield node.lineno


def test_a_service_that_touches_a_person_says_who_acts_and_why():
    faults = []
    for path, tree in sources("services"):
        for function, arguments, keywords in public_functions(tree):
            place = f"{path}:{function.name}"
            if path in STEPS or not arguments & (PERSON | RECORD):
                continue
            if "by" not in keywords:
                faults.append(f"{place} lacks by=")
            if arguments & RECORD and "purpose" not in keywords and not has_one_purpose(tree):
                faults.append(f"{place} lacks purpose=")
        faults += [f"{path}:{line} records persons without a purpose" for line in entries_without_purpose(tree)]
    steps = {".".join(path.with_suffix("").parts): path.stem for path in STEPS}
    for path, tree in sources("api", "web", "admin", "tasks", "subscribers", "management", "screens"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imported = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
                faults += [f"{path} calls {name} past its services" for name in imported & steps.keys()]
    assert faults == []


def test_time_is_an_argument_in_domain_services_and_selectors():
    clocks = [
        f"{path}:{node.lineno}"
        for path, tree in sources("domain", "services", "selectors", "policies")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("now", "utcnow", "today", "localtime", "localdate")
        and path not in OWN_CLOCK
    ]
    assert clocks == []


def our_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app.partition(".")[0] in ROOMS)


@pytest.mark.parametrize("name", our_commands())
def test_every_command_has_japanese_help_and_takes_json(name):
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    assert JAPANESE.search(command.help)
    ours = [action for action in parser._actions if action.option_strings and "/ " in (action.help or "")]
    assert "--json" in {option for action in ours for option in action.option_strings}
    assert all(JAPANESE.search(action.help) for action in ours)


def test_every_template_is_used():
    folder = ROOT / "templates"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    registers = Path(admin.__file__).parent / "templates"
    texts = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    texts += [(folder / name).read_text("utf-8") for name in names]
    named = set(re.findall(r"""["']([\w/.-]+\.(?:html|txt))["']""", "\n".join(texts)))
    unused = names - named - BY_NAME
    assert {name for name in unused if not (registers / name).exists()} == set()


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_imports_fall():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
