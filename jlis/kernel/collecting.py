"""The garbage collector of a process that serves for days.

By itself it goes through everything that lives, time and again: the models, addresses and forms of the whole house,
which never die. A fifth of a large call's time in Python, and more, went there (bench/ingest.py).
"""

import gc

# Young objects before it looks; a call of a thousand notices makes and drops millions.
_YOUNG = 50_000


def settle() -> None:
    """Leave what stands now out of every later look. To be called once, when a process has started up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 100)
