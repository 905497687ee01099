"""Archives for a medium: opened by another program with the passphrase, and by nobody without it."""

import shutil
import subprocess

import pytest
import pyzipper

from jlis.kernel import archives


@pytest.fixture
def packed(tmp_path):
    content = tmp_path / "result.csv"
    content.write_bytes("髙﨑\r\n".encode("cp932") * 1000)
    target, passphrase = tmp_path / "medium.zip", archives.new_passphrase()
    archives.pack(target, [content], passphrase=passphrase)
    return target, passphrase, content.read_bytes()


def test_what_goes_in_comes_out(packed):
    target, passphrase, content = packed
    with pyzipper.AESZipFile(target) as archive:
        archive.setpassword(passphrase.encode())
        assert archive.read("result.csv") == content
        assert archive.infolist()[0].wz_aes_strength == 3  # 256 bits


def test_without_the_passphrase_nothing_comes_out(packed):
    target, _, content = packed
    assert content[:100] not in target.read_bytes()
    with pyzipper.AESZipFile(target) as archive:
        archive.setpassword(archives.new_passphrase().encode())
        with pytest.raises(RuntimeError):
            archive.read("result.csv")


@pytest.mark.skipif(shutil.which("7z") is None, reason="no 7-Zip on this machine")
def test_another_archiver_opens_it(packed, tmp_path):
    target, passphrase, content = packed
    subprocess.run(
        ["7z", "x", f"-p{passphrase}", f"-o{tmp_path / 'out'}", str(target)], check=True, capture_output=True
    )
    assert (tmp_path / "out" / "result.csv").read_bytes() == content
    wrong = subprocess.run(["7z", "t", "-pwrong", str(target)], capture_output=True, check=False)
    assert wrong.returncode != 0


def test_passphrases_differ_and_can_be_read_aloud():
    drawn = {archives.new_passphrase() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(len(each) == 29 and not set(each) & set("0O1Il5S2Z8B") for each in drawn)
