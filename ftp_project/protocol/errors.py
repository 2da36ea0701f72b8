"""What the pure layer raises when an argument cannot be understood."""

from __future__ import annotations


class BadArgumentError(ValueError):
    """An argument that breaks the command's syntax.

    ``code`` is the reply code that fits (RFC 959 4.2): 501 for syntax, 504 for a known
    parameter that is not implemented, 522 for an unknown network protocol (RFC 2428 2).
    ``text`` is the sentence for the client.
    """

    def __init__(self, text: str, code: int = 501) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
