"""Records what a process imports; the tests mount it into the image's site-packages.

A record in /recorded names the files of the modules that are loaded when the process ends, and the
modules that it looked for and did not find.
"""

import json
import os
import sys

_missing: list[str] = []
_leave = os._exit


class _Missing:
    """The last finder that Python asks: it is asked only for what no other finder has found."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        _missing.append(name)


def _record(code: int) -> None:
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    files = sorted({spec.origin for spec in specs if spec and spec.has_location})
    record = {"program": sys.argv[0], "files": files, "missing": sorted(set(_missing))}
    with open(f"/recorded/{os.urandom(8).hex()}.json", "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(record, file)
    _leave(code)


sys.meta_path.append(_Missing)  # type: ignore[arg-type]
# The action leaves with this function, which runs no exit handlers.
os._exit = _record  # type: ignore[assignment]
