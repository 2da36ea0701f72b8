"""Open, test and run the course with one command: ``python3 course.py lab``.

This file holds no syntax that Python 2.7 or 3.6 cannot read, so that an old Python says that it is
too old and does not stumble over a line. Everything else is in ``launcher/``.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "The course needs Python 3.11 or newer, this is %d.%d; install a newer one and start "
        "course.py with it, for example: python3.12 course.py lab\n" % sys.version_info[:2]
    )
    sys.exit(2)

# A PYTHONPATH for other work may hold a json.py that is not Python's own. And this folder is not on
# the path where PYTHONSAFEPATH is set.
FOLDER = os.path.dirname(os.path.abspath(__file__))
OTHERS = [os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
sys.path[:] = [FOLDER] + [p for p in sys.path if os.path.abspath(p) not in OTHERS]

from launcher.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
