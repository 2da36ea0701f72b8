"""Perl's Net::FTP, which comes with Perl, and its TLS."""

from __future__ import annotations

import pytest
from samples import contents, hash_of, make_file

PROGRAM = r"""
use strict; use warnings; use Net::FTP;
my ($host, $port, $ca, $passive) = @ARGV;
my $ftp = Net::FTP->new($host, Port => $port, Timeout => 30, Passive => $passive,
                        $ca ? (SSL_ca_file => $ca) : ()) or die "connect: $@";
my $must = sub {
    my ($what, $value) = @_;
    die "$what: " . $ftp->code . " " . $ftp->message unless defined $value && $value ne '';
    return $value;
};
if ($ca) { $must->(starttls => $ftp->starttls); $must->(prot => $ftp->prot('P')) }
$must->(login => $ftp->login('anna', 's3cret'));
$must->(binary => $ftp->binary);
$must->(mkdir => $ftp->mkdir('a dir/deep', 1));
$must->(cwd => $ftp->cwd('a dir'));
$must->(put => $ftp->put('f'));
print join(',', $ftp->ls), "\n";
print scalar($ftp->dir), "\n";
print $must->(size => $ftp->size('f')), "\n";
$must->(mdtm => $ftp->mdtm('f'));
$must->(get => $ftp->get('f', 'back'));
$must->(resume => $ftp->get('f', 'half', 100_000));
$must->(append => $ftp->append('f', 'twice')); $must->(append => $ftp->append('f', 'twice'));
$must->(unique => $ftp->put_unique('f', 'f'));
$must->(rename => $ftp->rename('f', '../g'));
$must->(ascii => $ftp->ascii);
$must->(text => $ftp->get('../text'));
$must->(binary => $ftp->binary);
die "supported" unless $ftp->supported('REST') && $ftp->feature('MLST');
$must->(pwd => $ftp->pwd);
$must->(cdup => $ftp->cdup);
$must->(rmdir => $ftp->rmdir('a dir', 1));
die "missing file was found" if $ftp->get('missing');
$ftp->quit;
"""


@pytest.mark.parametrize("passive", [1, 0], ids=["passive", "active"])
def test_a_program(run, site, here, passive):
    wanted = make_file(here / "f", 300_000)
    (here / "half").write_bytes((here / "f").read_bytes()[:100_000])
    (site.root / "text").write_bytes(b"one\ntwo\n")
    (here / "program").write_text(PROGRAM)
    ca = site.ca if site.tls else ""
    perl = "perl-tls" if site.tls else "perl"
    said = run(perl, "program", site.host, site.port, ca, passive).splitlines()
    assert set(said[0].split(",")) == {"deep", "f"}
    assert "300000" in said
    assert hash_of(here / "back") == hash_of(here / "half") == wanted
    assert (here / "text").read_bytes() == b"one\ntwo\n"
    assert contents(site.root) == {"g": wanted, "text": hash_of(here / "text")}
