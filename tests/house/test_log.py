"""One log for all processes, by one setting."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.unit

# What `celery worker` and `celery beat` do before they begin.
AS_CELERY_STARTS = """
import logging
from cvatoloka.celery import app
app.loader.import_default_modules()
app.log.setup(loglevel="INFO")
root = logging.getLogger()
print(logging.getLevelName(root.level), *[type(handler).__name__ for handler in root.handlers])
"""


@pytest.mark.parametrize("level", ["ERROR", "DEBUG"])
def test_the_level_counts_for_worker_and_beat_too(level: str) -> None:
    environment = os.environ | {"LOG_LEVEL": level, "DJANGO_SETTINGS_MODULE": "cvatoloka.settings"}
    result = subprocess.run([sys.executable, "-c", AS_CELERY_STARTS], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.stdout.split() == [level, "StreamHandler"], result.stderr
