"""The editor's modules without a browser: `node --test` over tests/editor, with the Node that bin/assets found."""
import re
import subprocess

import pytest

from tests.editor.bundles import ROOT, bundles

USED_ICON = re.compile(r"icons\.svg' %\}#([\w-]+)")

pytestmark = pytest.mark.unit


def test_the_editors_modules_do_what_their_own_tests_say() -> None:
    bundles()
    node = subprocess.run([ROOT / "bin" / "assets", "--node"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert node.returncode == 0, node.stderr
    files = sorted((ROOT / "tests" / "editor").glob("*.test.mjs"))
    assert len(files) >= 5
    command = [node.stdout.strip().splitlines()[-1], "--import", "./tests/editor/register.mjs", "--test", *map(str, files)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    passed = re.search(r"^. ?pass (\d+)", run.stdout, re.MULTILINE)
    assert passed and int(passed[1]) > 40, run.stdout


def test_every_icon_of_a_template_is_in_the_sprite() -> None:
    sprite = (bundles() / "vendor" / "icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
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


def test_modules_import_each_other_by_bare_names_only() -> None:
    """A relative import would ask for the unhashed file and load a module twice."""
    folder = ROOT / "annotation" / "static" / "annotation" / "editor"
    bare = {"ol", "lit", "immer", "idb"}
    wrong = []
    for file in folder.rglob("*.js"):
        for name in re.findall(r'^(?:import|export)[^;]*?from "([^"]+)"', file.read_text(), re.MULTILINE):
            if name not in bare and not (name.startswith("@/editor/") and (folder / name.removeprefix("@/editor/")).is_file()):
                wrong.append(f"{file.name}: {name}")
            if name == "ol" and file.parent.name != "canvas":
                wrong.append(f"{file.name}: only canvas/ may know OpenLayers")
    assert not wrong
