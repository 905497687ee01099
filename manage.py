#!/usr/bin/env python
"""Django's command line. Commands that change the schema or the reference data connect as the owner."""

import os
import secrets
import sys

# Runs in an empty home, whose secrets it puts back; nothing is signed before.
INTO_AN_EMPTY_HOME = "restore"
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "load_reference", "squashmigrations"}


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["JLIS_CONNECT_AS"] = "owner"
    if sys.argv[1:2] == [INTO_AN_EMPTY_HOME]:
        os.environ["SECRET_KEY"] = secrets.token_urlsafe()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
