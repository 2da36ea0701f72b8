"""Import this before nbformat: it is then there a second sooner.

To check international addresses (RFC 3987) in JSON schemas, jsonschema loads a package that
compiles the whole grammar each time. No schema of notebooks has such an address; without the
package jsonschema leaves this one check out (its docs: *Validating Formats*).

pytest loads this file too (``-p``, see pyproject.toml), before the plugins that read notebooks.
"""

from __future__ import annotations

import sys

if "jsonschema" not in sys.modules:
    # None makes the import raise ImportError (Python docs, sys.modules).
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
