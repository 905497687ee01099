"""Make the secrets that docker-compose.yml mounts, in secrets/; those that exist stay as they are.

    python3 deploy/make_secrets.py

Standard library only. The folder is closed to everybody else (mode 0700); the files in it are readable
(0444), because a container's own user, who is nobody on this machine, has to read them where they are mounted.
"""

import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "secrets"
LENGTH = 36  # random bytes; the text made of them needs no quoting in an address


def main() -> int:
    names = tuple(addresses())
    present = [name for name in names if (FOLDER / name).exists()]
    if present and len(present) < len(names):
        missing = ", ".join(sorted(set(names) - set(present)))
        print(f"secrets/ にないもの / missing in secrets/: {missing}", file=sys.stderr)
        print("一部だけを作ると合わなくなります。 / A part alone would not fit the rest.", file=sys.stderr)
        return 1
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    if not present:
        for name, text in addresses().items():
            write(name, text)
    if not (FOLDER / "secret_key").exists():
        write("secret_key", secrets.token_urlsafe(64))
    print(f"{FOLDER}")
    return 0


def addresses() -> dict[str, str]:
    admin, owner, app, queue = (secrets.token_urlsafe(LENGTH) for _ in range(4))
    return {
        "postgres_password": admin,
        "database_admin_url": f"postgresql://postgres:{admin}@postgres:5432/postgres",
        "database_owner_url": f"postgresql://jlis_owner:{owner}@postgres:5432/jlis",
        "database_url": f"postgresql://jlis_app:{app}@postgres:5432/jlis",
        "valkey_conf": f"requirepass {queue}",
        "redis_url": f"redis://:{queue}@valkey:6379/0",
    }


def write(name: str, text: str) -> None:
    with os.fdopen(os.open(FOLDER / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as file:
        file.write(text + "\n")
    (FOLDER / name).chmod(0o444)


if __name__ == "__main__":
    sys.exit(main())
