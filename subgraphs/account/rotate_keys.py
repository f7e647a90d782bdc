"""Rotate the key that signs access tokens, in three steps, while everybody stays signed in.

    python -m subgraphs.account.rotate_keys add FILE        a new key is published, and signs nothing yet
    python -m subgraphs.account.rotate_keys promote FILE    five minutes later: it signs
    python -m subgraphs.account.rotate_keys retire FILE     sixteen minutes later: the old one is taken out

FILE is the one in ACCOUNT_SIGNING_KEY_FILES. account's processes see the change within seconds, without a restart. A
step that comes too early is refused; --now does it all the same.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .sessions.keys import keys_of, pem_of

# Caches keep the public keys for five minutes; a token lives for fifteen, and clocks differ by a minute.
_WAITS = {"add": 0, "promote": 5 * 60, "retire": 16 * 60}

Keys = Sequence[Ed25519PrivateKey]


class TooSoon(Exception):
    """The step before has not taken effect everywhere."""


def main() -> None:
    arguments = argparse.ArgumentParser(prog="rotate_keys", description=__doc__)
    arguments.add_argument("step", choices=list(_WAITS))
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--now", action="store_true", help="don't wait for the step before to take effect")
    asked = arguments.parse_args()
    try:
        print(rotate(asked.step, asked.file, now=asked.now))  # noqa: T201
    except (TooSoon, ValueError) as refusal:
        sys.exit(str(refusal))


def rotate(step: str, file: Path, *, now: bool = False) -> str:
    """What was done, in one line. Raise TooSoon, or ValueError for a step that does not follow."""
    keys = keys_of(file)
    left = _WAITS[step] - (time.time() - file.stat().st_mtime)
    changed = _after(step, keys)
    if left > 0 and not now:
        raise TooSoon(f"The step before needs {left:.0f} more seconds to reach everybody.")
    _replace(file, pem_of(changed))
    return f"{file} has {len(changed)} key(s) now, of which the first signs"


def _after(step: str, keys: Keys) -> Keys:
    if step == "add":
        if len(keys) > 1:
            raise ValueError("A rotation is under way: promote the new key, then retire the old one.")
        return [*keys, Ed25519PrivateKey.generate()]
    if len(keys) != 2:
        raise ValueError("There are not two keys: add one first.")
    return keys[::-1] if step == "promote" else keys[:1]


def _replace(file: Path, content: str) -> None:
    """At once or not at all, readable for whom it was readable."""
    found = file.stat()
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(content)
        Path(name).chmod(found.st_mode)
        if os.geteuid() == 0:
            os.chown(name, found.st_uid, found.st_gid)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    main()
