"""What is said about a wrong value: what it must be, in plain words."""

from __future__ import annotations

import pytest

from ftp_project.errors import UsageError
from ftp_project.settings.rows import rows
from ftp_project.settings.sources import load
from ftp_project.settings.words import nearest


def said(flags=None, file=None):
    with pytest.raises(UsageError) as caught:
        load(flags or {}, file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("port", "many", "--port: must be a whole number, not 'many'"),
        ("port", "70000", "--port: must be at most 65535, not '70000'"),
        ("max_clients", "0", "--max-clients: must be at least 1, not '0'"),
        ("idle_timeout", "soon", "--idle-timeout: must be a number, not 'soon'"),
        ("idle_timeout", "0", "--idle-timeout: must be at least 0.1, not '0'"),
        ("log_format", "xml", "--log-format: must be one of 'text', 'json', not 'xml'"),
        ("tls_required", "x", "--tls-required: must be one of 'login', 'data', not 'x'"),
        ("status", "maybe", "--status: must be true or false, not 'maybe'"),
        ("umask", "9", '--umask: must be octal digits in quotes, for example "022"'),
    ],
)
def test_a_flag(field, value, sentence, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert said({field: value}) == sentence


def test_no_value_of_any_option_is_refused_in_the_words_of_the_library(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "my.toml"
    names = [row.name for row in rows()]
    for wrong in ("1979-05-27", "{a = 1}", "[1.5]", "1.5", "true"):
        file.write_text("".join(f"{name} = {wrong}\n" for name in names))
        told = said(file=file).splitlines()  # a line for each mistake
        assert len(told) > len(names) / 4
        for text in told:
            place, name, _ = text.removeprefix(f"{file}:").split(": ", 2)
            assert name == names[int(place) - 1], text
            assert "must be " in text or "write it as " in text, text
            for word in ("nput", "valid", "pars", "nstance", "dict"):
                assert word not in text.partition(", not ")[0], text


def test_only_a_word_that_is_near_is_asked_for():
    known = [row.name for row in rows()]
    assert nearest("prot", known) == "; did you mean port?"
    assert nearest("idle-timeut", known) == "; did you mean idle-timeout?"
    for far in ("user-agent", "home", "log", "timeout", "root-password", "max"):
        assert nearest(far, known) == "", far
