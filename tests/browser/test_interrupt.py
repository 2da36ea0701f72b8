"""The ■ button: an endless server in a cell ends, and the kernel goes on."""

from __future__ import annotations

from pathlib import Path

import nbformat

from .page import LabPage

ENDLESS_SERVER = """\
import socket

with socket.create_server(("127.0.0.1", 0)) as server:
    print("listening", flush=True)
    while True:
        connection, _ = server.accept()
        connection.close()"""


def test_an_endless_server_is_interrupted_and_the_kernel_is_usable(
    page: LabPage, course_copy: Path
) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (ENDLESS_SERVER, "6 * 7")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, course_copy / "endless.ipynb")
    page.open("endless.ipynb")

    page.select(0)
    page.execute("notebook:run-cell")
    page.wait_for_cell(0, "JSON.stringify(cell.outputs.toJSON()).includes('listening')")
    page.page.locator(
        '.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]'
    ).click()
    page.wait_for_cell(0, "JSON.stringify(cell.outputs.toJSON()).includes('KeyboardInterrupt')")

    page.select(1)
    page.execute("notebook:run-cell")
    page.wait_for_cell(1, "cell.executionCount !== null")
    assert page.cells()[1].text == "42"
