"""The maintained fork of Whoosh may be put in its place: the contract holds on it as well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.machine import find_whoosh3, leave_out

ROOT = Path(__file__).parents[2]


def test_the_contract_holds_on_whoosh3():
    folder = find_whoosh3() or leave_out("whoosh3")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    code = "import sys, whoosh, pytest; assert whoosh.__version__[0] == 3; sys.exit(pytest.main(sys.argv[1:]))"
    result = subprocess.run(
        [sys.executable, "-c", code, "-x", "-k", "whoosh and not hostile", "tests/unit/test_search_contract.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
