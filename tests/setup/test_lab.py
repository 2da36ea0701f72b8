"""JupyterLab starts, shows the course, and stops on Ctrl-C after its own question."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

from patience import HANG

from .lab_server import LabServer


def test_lab_serves_the_project_and_stops_when_told(tmp_path: Path) -> None:
    with LabServer(tmp_path, "--port=0") as lab:
        listing = f"{lab.base}/api/contents/?content=1&token={lab.token}"
        with urllib.request.urlopen(listing, timeout=HANG) as answer:
            names = {entry["name"] for entry in json.load(answer)["content"]}
        assert {"notebooks", "labsupport", "ftp_project", "course.py"} <= names
        page_address = f"{lab.base}/lab?token={lab.token}"
        with urllib.request.urlopen(page_address, timeout=HANG) as answer:
            page = answer.read().decode()
        [disabled] = re.findall(r'"disabledExtensions": \[([^]]*)\]', page)
        assert "apputils-extension:announcements" in disabled, "nobody is asked about news"
        lab.interrupt()
        lab.wait_for(r"Shut down this Jupyter server \(y/\[n\]\)\?")
        lab.press(b"y\n")
        assert lab.process.wait(HANG) == 0
        assert "Traceback" not in lab.output
