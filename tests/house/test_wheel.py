"""What is installed is what is here: nothing a program needs at run time is left behind."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.house.repository import ROOT, files, project


def test_an_installation_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a copy: building leaves folders behind
    for path in files():
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-qq",
        "--no-index",
        "--no-build-isolation",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        ".",
    ]
    subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("muster-*.whl")
    installed = set(zipfile.ZipFile(wheel).namelist())

    folders = {name.split(".")[0] for name in project()["tool"]["setuptools"]["packages"]}
    needed = {path.relative_to(ROOT) for path in files() if path.relative_to(ROOT).parts[0] in folders}
    # Placeholders and pages for whoever reads the source are not needed to run.
    missing = {path.as_posix() for path in needed if path.suffix != ".md" and path.name != ".gitkeep"} - installed
    assert missing == set()
