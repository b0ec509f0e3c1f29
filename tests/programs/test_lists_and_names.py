"""Lists as people write them, galleries as they lie around, and names that nobody should obey, from outside.

A compact network is trained for a moment and then asked. No package is needed.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from programs import BIN, expect_error, run, succeed, write_picture

TINY = ("--network", "compact", "--batch", 4, "--epochs", 1, "--threads", 2)
# A terminal would clear its screen, set its title, turn text around; HTML and gnuplot would run something; and bytes
# that are no UTF-8.
ODD_NAMES = (b"esc\x1b[2J\x1b]0;owned\x07", b"line\nbreak", b"c1\xc2\x9b2J", b"not utf8 \xff\xfe", b"turned \xe2\x80\xae",
             b"<script>alert(1)</script>", b"'; system 'touch owned'; '", b"$(touch owned) `touch owned`", b"tab\there, and;",
             b'"quoted"', b"#hash", b"n" * 200)


def raw(program, *arguments):
    """Runs a program; its output is bytes, none of which a terminal obeys."""
    command = [os.fsencode(BIN / program), *(each if isinstance(each, bytes) else os.fsencode(str(each)) for each in arguments)]
    result = subprocess.run(command, capture_output=True, check=False)
    for output in (result.stdout, result.stderr):
        text = output.decode("utf-8")  # fails if it is none
        bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202a\u202b\u202c\u202d\u202e"]
        assert not bad, (program, arguments, bad, text)
    return result


def make_people(folder, names, pictures=3):
    for number, name in enumerate(names):
        person = os.fsencode(folder) + b"/" + name
        os.makedirs(person)
        for picture in range(pictures):
            path = pathlib.Path(os.fsdecode(person + b"/%d.ppm" % picture))
            write_picture(path, number * pictures + picture, size=20)


def check_odd_names(folder):
    """A folder for each person, with the worst names: trained on, tested with, evaluated, found, reported."""
    people, run_folder = folder / "odd people", folder / "run\x1b[2J"
    make_people(people, ODD_NAMES)
    result = raw("train_siamese", *TINY, "--images", people, "--test-people", 0.4, "--run", run_folder)
    assert result.returncode == 0, result
    assert b"people: folders; 12 people" in result.stdout, result.stdout
    weights, pairs = run_folder / "last.safetensors", run_folder / "test_pairs.txt"
    result = raw("evaluate_pairs", "--weights", weights, "--images", people, "--pairs", pairs, "--json")
    assert result.returncode == 0, result
    tested = json.loads(result.stdout)
    assert tested["pairs"]["same"] == tested["pairs"]["different"] == 15, tested
    page = folder / "page.html"
    result = raw("evaluate_pairs", "--weights", weights, "--images", people, "--pairs", pairs, "--report", page)
    assert result.returncode == 0 or b"gnuplot" in result.stderr, result
    for html in (page, run_folder / "report.html"):
        if html.exists():
            assert b"<script" not in html.read_bytes(), html
    query = os.fsencode(people) + b"/" + ODD_NAMES[0] + b"/0.ppm"
    for options in ((), ("--json",)):
        result = raw("find_faces", "--weights", weights, "--gallery", people, "--top", 12, query, *options)
        assert result.returncode == 0, result
    # What is wrong with such a file is said without obeying its name.
    for name in ODD_NAMES:
        path = os.fsencode(people) + b"/" + name + b".png"
        pathlib.Path(os.fsdecode(path)).write_bytes(b"no picture")
        result = raw("verify_faces", "--weights", weights, path, query)
        assert result.returncode == 2 and result.stderr.count(b"\n") == 1, result
    assert not list(folder.rglob("owned")) and not pathlib.Path("owned").exists()
    return weights


def check_lists(folder, weights):
    """One list in every form gives the same figures."""
    images = folder / "lfw"
    make_people(images, (b"Ann_Lee", b"Bo", b"Cy"))
    for path in list(images.rglob("*.ppm")):
        path.rename(path.with_name(f"{path.parent.name}_{int(path.stem) + 1:04}.ppm"))
    rows = (("Ann_Lee", 1, "Ann_Lee", 2), ("Bo", 2, "Bo", 3), ("Ann_Lee", 1, "Bo", 2), ("Cy", 3, "Bo", 1))
    path = "{0}/{0}_{1:04}.ppm".format
    whole = [(path(a, i), path(b, j), int(a == b)) for a, i, b, j in rows]
    lfw = [f"{a}\t{i}\t{j}" if a == b else f"{a}\t{i}\t{b}\t{j}" for a, i, b, j in rows]
    spaced = "".join(f"{a} {b} {label}\n" for a, b, label in whole)
    forms = {
        "spaces": spaced, "tabs": spaced.replace(" ", "\t"), "comma": spaced.replace(" ", ","),
        "header": "image1;image2;label\r\n" + spaced.replace(" ", ";").replace("\n", "\r\n"),
        "quotes": "".join(f'"{a}","./{b}","{label}"\n' for a, b, label in whole),
        "cplfw": "".join(f"{a} {label}\n{b} {label}\n" for a, b, label in whole),
        "cr": spaced.replace("\n", "\r"), "lfw": "1\t2\n" + "\n".join(lfw), "lfw_cr": "1\t2\r" + "\r".join(lfw),
        "lfw_csv": "name,imagenum1,imagenum2,\n" + "\n".join(lfw).replace("\t", ","),
        "absolute": "".join(f"{images / a}\t{b}\t{label}\n" for a, b, label in whole),
    }
    texts = {name: text.encode() for name, text in forms.items()}
    texts |= {"utf16": spaced.encode("utf-16"), "utf16be": b"\xfe\xff" + spaced.encode("utf-16-be"),
              "bom": b"\xef\xbb\xbf" + spaced.encode()}
    found = {}
    for name, text in texts.items():
        pairs = folder / f"{name}.txt"
        pairs.write_bytes(text)
        result = run("evaluate_pairs", "--weights", weights, "--images", images, "--pairs", pairs, "--json")
        assert result.returncode == 0, (name, result)
        # LFW's rows say .jpg, and that .ppm was taken is said; the others have nothing to say.
        expected = "images are there as .ppm, not .jpg as the list says" if name.startswith("lfw") else ""
        assert expected in result.stderr and bool(result.stderr) == bool(expected), (name, result)
        report = json.loads(result.stdout)
        found[name] = [report[key] for key in ("auc", "eer", "roc", "base_rate")] + [report["pairs"]["images"]]
    assert all(each == found["spaces"] for each in found.values()), found
    assert found["spaces"][3:] == [0.5, 6], found

    pairs = folder / "bad.txt"
    arguments = ("evaluate_pairs", "--weights", weights, "--images", images, "--pairs", pairs)
    secret = write_picture(folder / "secret.ppm", 3)
    for text, pattern in ((f"{path('Bo', 1)} ../secret.ppm 1\n", "bad.txt, line 1: ../secret.ppm is not inside of the folder"),
                          (f"{path('Bo', 1)} {path('Bo', 2)} 1\n{secret} {path('Bo', 1)} 0\n",
                           "line 2: .*secret.ppm is not inside of .*--allow-outside"),
                          ("a.ppm,b.ppm,yes\n", "line 1: the row has the label 'yes'; it must be 1"),
                          ("a.ppm 1\nb.ppm 0\n", "line 2: the row has the label 0, but line 1"),
                          ("a.ppm b.ppm 1\nc.ppm\x1b[2J d.ppm 2\n", "line 2: the row has the label '2'")):
        pairs.write_text(text)
        expect_error(1, pattern, *arguments)
    pairs.write_text(f"{path('Bo', 1)} {path('Bo', 2)} 1\n../secret.ppm {path('Bo', 1)} 0\n")
    succeed(*arguments, "--allow-outside")

    # Few same pairs: what always saying no gets stands beside the accuracy. Labels the wrong way round are seen.
    many = [(path(a, i), path(b, j)) for a in ("Ann_Lee", "Bo") for b in ("Bo", "Cy") if a != b for i in (1, 2, 3)
            for j in (1, 2, 3)]
    pairs.write_text(spaced + "".join(f"{a} {b} 0\n" for a, b in many))
    result = run(*arguments, "--folds", 2)
    assert result.returncode == 0, result
    assert re.search(r'^base rate: accuracy of always "different" +93\.\d\d %$', result.stdout, re.MULTILINE), result
    assert "balanced accuracy, best threshold by 2 folds" in result.stdout, result
    assert re.search(r"note: .*bad.txt: 6\.\d % of the pairs are same, so that always answering different gets 93", result.stderr)
    pairs.write_text("".join(f"{a} {b} {1 - label}\n" for a, b, label in whole))
    result = run(*arguments)
    assert "the labels look the wrong way round: 2 of 2 rows labelled same (1)" in result.stderr, result


def check_galleries(folder, weights):
    """Images at any depth, files of one person, names that look alike."""
    gallery = folder / "gallery"
    query = write_picture(folder / "ann.ppm", 60)
    for number, name in enumerate(("Ann/2019/May/a.ppm", "Bo/b.PPM", "Cy.ppm", "Cy/c.ppm", "ann/d.ppm")):
        (gallery / name).parent.mkdir(parents=True, exist_ok=True)
        write_picture(gallery / name, 60 + number)
    (gallery / "Cy.pgm").write_bytes(b"P5\n20 20\n255\n" + bytes(range(200)) * 2)
    (gallery / "Bo/notes.txt").write_text("no image\n")
    (gallery / "Bo/loop").symlink_to("..")
    result = run("find_faces", "--weights", weights, "--gallery", gallery, "--json", "--top", 9, query)
    assert result.returncode == 0, result
    answer = json.loads(result.stdout)
    assert (answer["gallery"]["people"], answer["gallery"]["images"]) == (4, 6), answer
    nearest = answer["queries"][0]["nearest"]
    assert (nearest[0]["person"], nearest[0]["image"], nearest[0]["score"]) == ("Ann", "Ann/2019/May/a.ppm", 0), answer
    assert {each["person"]: each["images"] for each in nearest} == {"Ann": 1, "Bo": 1, "Cy": 3, "ann": 1}, answer
    for text in ("note: 1 file skipped: Bo/notes.txt\n", "note: Ann and ann count as two people", "Bo/loop is left out"):
        assert text in result.stderr, (text, result)


def check_training(folder):
    """Which people there are is said; a test list that is the training list, and tiny ones, are warned of."""
    train = folder / "train.txt"
    more = [f"p{i}/{a}.ppm p{i}/{b}.ppm 1\n" for i in range(8) for a, b in ((0, 1), (1, 2))]
    more += [f"p{i}/0.ppm p{(i + 1) % 8}/1.ppm 0\n" for i in range(8)]
    people = folder / "people"
    make_people(people, [b"p%d" % i for i in range(8)])
    train.write_text("".join(more) + "./p1/0.ppm p5/0.ppm 1\n")
    result = run("train_siamese", *TINY, "--images", people, "--train", train, "--test", train, "--validation-people", 0.3,
                 "--run", folder / "run of lists")
    assert result.returncode == 0, result
    assert f"people: folders, 1 joined by row 25 of {train}; 7 people\n" in result.stdout, result
    assert "held out to validate on: 2 of 7 people" in result.stdout, result
    assert "7 of the 7 people of the test list are in the training list, too (p0), and 25 of its 25 pairs" in result.stderr
    assert "25 pairs are few to test with" in result.stderr and "the 2 people held out make" in result.stderr, result
    assert re.search(r"^test accuracy: \d+\.\d % \(always the more frequent answer: 68\.0 %;", result.stdout, re.MULTILINE), result

    # Without people to test or validate with, what needs no learning is measured on the training pairs.
    result = run("train_siamese", *TINY, "--images", people, "--train", train, "--run", folder / "run of one list")
    assert result.returncode == 0, result
    assert re.search(r"^without learning: \d+\.\d % by correlation", result.stdout, re.MULTILINE), result

    # Labels the wrong way round are warned of although, and because, they make an error.
    train.write_text("".join(row[:-2] + {"0": "1", "1": "0"}[row[-2]] + "\n" for row in more) +
                     "p0/1.ppm p1/1.ppm 1\n")
    for option in ("--validation-people", "--test-people"):
        result = run("train_siamese", *TINY, "--images", people, "--train", train, option, 0.3, "--run", folder / "none")
        assert result.returncode == 1 and "warning: " + str(train) + ": the labels look the wrong way round: 9 of 9" in result.stderr
        assert result.stderr.splitlines()[-1].startswith("error: line 1: the pairs contradict each other"), result
        assert not (folder / "none").exists()

    for text, pattern in ((more[0] + "p0/0.ppm /etc/passwd 0\n", "line 2: /etc/passwd is not inside of the folder"),):
        train.write_text(text)
        expect_error(1, pattern, "train_siamese", *TINY, "--images", people, "--train", train, "--run", folder / "none")


with tempfile.TemporaryDirectory() as name:
    home = pathlib.Path(name)
    trained = check_odd_names(home)
    check_lists(home, trained)
    check_training(home)
    check_galleries(home, trained)
