"""results.json: everything that a session found."""

import json
from pathlib import Path

NAME = "results.json"


def save(results: dict, folder: Path) -> None:
    """Writes a run a line, so that one can search them."""
    head = json.dumps({**results, "runs": []}, indent=1, ensure_ascii=False)
    runs = ",\n".join(f"  {json.dumps(run, ensure_ascii=False)}" for run in results["runs"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(head.replace('"runs": []', f'"runs": [\n{runs}\n ]') + "\n")


def load(folder: Path) -> dict:
    return json.loads((folder / NAME).read_text())
