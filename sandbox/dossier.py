"""The last thing a demonstration does: one appointed hire's dossier, checked by the one file in it, in a bare process of its own."""

import asyncio
import sys
from pathlib import Path

from acts.audit import Wanted
from acts.desk import Desk
from domain.log import verify
from domain.words import Ending
from sandbox.invariants import verdict

FILE = "dossier.zip"


async def checked_dossier(desk: Desk, person: str, folder: Path, key: str) -> tuple[str, str]:
    """The verdict, and a line to say. The process sees neither Muster nor any package: `-I -S`, and only the files beside it."""
    appointed = await desk.hires(ending=str(Ending.APPOINTED_AND_CONFIRMED))
    if not appointed:
        return verdict(["nobody was appointed"]), "Nobody was appointed: no dossier."
    case = str(appointed[0]["case_id"])
    raw = await desk.audit.export(person, case, "demonstration", Wanted(languages=("en",)))
    (folder / FILE).write_bytes(raw)
    (folder / "verify.py").write_bytes(verify.members_of(raw)["verify.py"])
    words = (sys.executable, "-I", "-S", "verify.py", FILE, "--key", key)
    process = await asyncio.create_subprocess_exec(*words, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate()
    fell = [line.strip() for line in said.decode(errors="replace").splitlines() if line.startswith("FAILS")]
    if process.returncode and not fell:
        fell = [f"verify.py ended with {process.returncode}"]
    told = "every claim holds" if not fell else fell[0]
    return verdict(fell), f"The dossier of {case}: {folder / FILE}; its own verify.py, in a bare process: {told}."
