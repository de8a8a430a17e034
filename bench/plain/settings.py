"""The product's settings with the floors' doors before its own."""
from cvatoloka.settings import *  # noqa: F403

ROOT_URLCONF = "bench.plain.floors"
