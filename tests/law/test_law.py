"""The one law: a continuous query says what the same query says once, over all its events.

Every golden script under tests/scripts is run in every variant; a failure names both.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import cep.testing

SCRIPTS = Path(__file__).parent.parent / "scripts"
FILES = sorted(str(p.relative_to(SCRIPTS)) for p in SCRIPTS.rglob("*.sql"))


@pytest.mark.parametrize("variant", cep.testing.VARIANTS)
@pytest.mark.parametrize("script", FILES)
def test_script(script: str, variant: str) -> None:
    report = cep.testing.check(SCRIPTS / script, only=[variant])
    for skipped in report.skipped:
        print(skipped)
