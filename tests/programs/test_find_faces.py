"""find_faces from outside: who it finds, what it keeps of a gallery, and how it fails.

The environment variable DITTO_TEST_BIN names the folder of contrastive.safetensors and bce.safetensors, which
make_weights wrote with the threshold 0.5. Every run loads 544 MB, so there are few. No package is needed.
"""

import array
import json
import math
import os
import pathlib
import struct
import tempfile

from programs import expect_error, in_background, run, succeed, write_picture, write_safetensors, write_with_metadata

CONTRASTIVE = pathlib.Path(os.environ["DITTO_TEST_BIN"], "contrastive.safetensors")
BCE = CONTRASTIVE.with_name("bce.safetensors")


def find(weights, gallery, *queries, options=()):
    """What find_faces says as JSON, and its notes."""
    found = run("find_faces", "--weights", weights, "--gallery", gallery, "--json", *options, *queries)
    assert found.returncode == 0, found
    notes = found.stderr.splitlines()
    assert all(line.startswith("note: ") for line in notes), notes
    return json.loads(found.stdout), notes


def embed(weights, folder, pictures):
    """{picture: its features} by embed_faces."""
    output = folder / "features.npy"
    succeed("embed_faces", "--weights", weights, "--output", output, *pictures)
    content = output.read_bytes()
    values = array.array("f", content[10 + struct.unpack("<H", content[8:10])[0] :])
    assert len(values) == 1024 * len(pictures)
    return {picture: values[1024 * i : 1024 * (i + 1)] for i, picture in enumerate(pictures)}


def person_of(path):
    """The folder that an image is in or, in none, its name without extension."""
    return path.split("/")[0] if "/" in path else pathlib.PurePath(path).stem


def by_person(scores):
    """[(score, path)] as people: of each the best, best first, of equals the lower path. Lower scores are better."""
    best = {}
    for score, path in scores:
        person = person_of(path)
        best[person] = min(best.get(person, (score, path)), (score, path))
    return sorted(best.values())


def check_nearest(result, expected, tolerance, sign=1):
    """expected: [(score, path)], as by_person gives it, of all the people that should be there."""
    assert [each["image"] for each in result] == [path for _, path in expected], (result, expected)
    for each, (score, path) in zip(result, expected):
        assert abs(each["score"] - sign * score) <= tolerance, (each, score)
        assert each["person"] == person_of(path), each


def test_usage(folder, picture):
    assert "Usage: find_faces" in succeed("find_faces", "--help")
    assert succeed("find_faces", "--version").startswith("find_faces ")
    arguments = ("find_faces", "--weights", "file", "--gallery", folder)
    expect_error(2, "images is required", *arguments)
    expect_error(2, "--gallery is required", "find_faces", "--weights", "file", picture)
    expect_error(2, "--top", *arguments, picture, "--top", "0")
    expect_error(2, "not a finite number", *arguments, picture, "--threshold", "inf")
    expect_error(1, "cannot read .*file", *arguments, picture)

    empty = folder / "empty"
    (empty / "nobody").mkdir(parents=True)
    (empty / "notes.txt").write_text("no image\n")
    expect_error(1, "empty holds no images; a gallery has", "find_faces", "--weights", CONTRASTIVE, "--gallery", empty,
                 picture)
    expect_error(1, "cannot read the folder .*missing.*No such file", "find_faces", "--weights", CONTRASTIVE,
                 "--gallery", folder / "missing", picture)
    (empty / "bad.png").write_bytes(b"")
    expect_error(1, "none of its 1 images can be decoded", "find_faces", "--weights", CONTRASTIVE, "--gallery", empty,
                 picture)
    expect_error(1, "missing.ppm: no such file", "find_faces", "--weights", CONTRASTIVE, "--gallery", folder,
                 folder / "missing.ppm")


def make_gallery(folder):
    """A gallery of 5 people with whatever else lies in folders: its images that can be used."""
    gallery = folder / "gallery"
    for name in ("ann/deeper", "bob", "zed", "nobody", ".hidden"):
        (gallery / name).mkdir(parents=True)
    names = ["ann.ppm", "ann/1.ppm", "ann/2.ppm", "ann/3.ppm", "ann/deeper/1.ppm", "bob/1.PPM", "link.ppm", "solo.ppm",
             "zed/1.ppm"]
    for number, name in enumerate(names):
        if name != "link.ppm":
            write_picture(gallery / name, number)
    (gallery / "link.ppm").symlink_to(write_picture(folder / "elsewhere.ppm", 20))
    (gallery / "zed/1.ppm").write_bytes((gallery / "ann/2.ppm").read_bytes())  # at the same distance from anyone
    (gallery / "zed/up").symlink_to("..")  # a circle
    for name in (".hidden/1.ppm", ".hidden.ppm"):
        write_picture(gallery / name, 7)
    (gallery / "ann/notes.txt").write_text("no image\n")
    (gallery / "ann/cut.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    (gallery / "lost.ppm").symlink_to(folder / "nothing.ppm")
    return gallery, names


def test_search(folder):
    """By distance, of features of another kind than plain ones, with a calibration."""
    weights = write_with_metadata(folder / "recipe.safetensors", CONTRASTIVE, lambda metadata: metadata.update(
        {"ditto.features": "mirror=averaged length=1", "ditto.calibration": "slope=-30 intercept=1.5"}))
    gallery, names = make_gallery(folder)
    queries = [write_picture(folder / "query.ppm", 30), gallery / "ann/2.ppm"]
    new = write_picture(folder / "new.ppm", 12, size=50)
    features = embed(weights, folder, [gallery / name for name in names] + [queries[0], new])

    def expected(query, content=None):
        """content: {path in the gallery: picture that it shows}"""
        shown = content or {name: gallery / name for name in names}
        return by_person([(math.dist(features[query], features[shown[name]]), name) for name in shown])

    # Two programs at once, neither of which finds anything kept. math.dist rounds otherwise than a plain sum in
    # float64, whose relative error is below 1024 * 2^-53 or 1.2e-13; distances of features of length 1 are at most 2.
    command = ("find_faces", "--weights", weights, "--gallery", gallery, "--json", *queries)
    with in_background(*command) as one, in_background(*command) as other:
        ended = [process.communicate() for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), ended
    for text, notes in ended:
        assert notes.count("note: left out: ") == 2 and len(notes.splitlines()) == 4, notes
        assert "note: 1 file skipped: ann/notes.txt\n" in notes and "zed/up is left out: it leads to a folder" in notes
        assert "ann/cut.jpg: the file is cut short" in notes and "lost.ppm: no such file" in notes, notes
        result = json.loads(text)
        assert (result["loss"], result["score"], result["threshold"]) == ("contrastive", "distance", 0.5), result
        about = result["gallery"]
        assert (about["people"], about["images"]) == (5, 9), about
        assert [image["image"] for image in about["unusable"]] == ["ann/cut.jpg", "lost.ppm"], about
        for query, answer in zip(queries, result["queries"]):
            assert answer["image"] == str(query)
            check_nearest(answer["nearest"], expected(query), 1e-12)
            for each in answer["nearest"]:
                assert each["same"] == (each["score"] <= 0.5), each
                assert abs(each["probability"] - 1 / (1 + math.exp(30 * each["score"] - 1.5))) < 1e-12, each
    same_picture = result["queries"][1]["nearest"][:2]
    assert [(each["image"], each["score"]) for each in same_picture] == [("ann/2.ppm", 0), ("zed/1.ppm", 0)]

    # They left one whole file. That it is used is seen from a picture that changed behind its back, with its size and
    # time as before: its old features are still found.
    kept = [path for path in gallery.iterdir() if path.name.startswith(".ditto-")]
    assert len(kept) == 1, kept
    solo, original = gallery / "solo.ppm", (gallery / "solo.ppm").read_bytes()
    time = solo.stat().st_mtime_ns
    write_picture(solo, 13)
    os.utime(solo, ns=(time, time))
    result, _ = find(weights, gallery, queries[0])
    assert result["gallery"]["embedded"] == 0
    check_nearest(result["queries"][0]["nearest"], expected(queries[0]), 1e-12)
    solo.write_bytes(original)
    os.utime(solo, ns=(time, time))

    # Only what is new or changed is embedded, and who was removed is found no more; as text.
    (gallery / "bob/1.PPM").unlink()
    (gallery / "ann/3.ppm").write_bytes(new.read_bytes())
    (gallery / "new.ppm").write_bytes(new.read_bytes())
    content = {name: gallery / name for name in names if name != "bob/1.PPM"}
    content |= {"ann/3.ppm": new, "new.ppm": new}
    result, _ = find(weights, gallery, queries[0], options=["--top", "3", "--threshold", "0"])
    assert (result["gallery"]["embedded"], result["gallery"]["images"], result["threshold"]) == (2, 9, 0), result
    check_nearest(result["queries"][0]["nearest"], expected(queries[0], content)[:3], 1e-12)
    assert not any(each["same"] for each in result["queries"][0]["nearest"])
    lines = succeed("find_faces", "--weights", weights, "--gallery", gallery, *queries, "--top", "2").splitlines()
    assert len(lines) == 6 and lines[0] == str(queries[0]) and lines[3] == str(queries[1]), lines
    assert lines[4].split() == ["1", "ann", "distance", "0", "same", "probability", "0.8176", "ann/2.ppm"], lines
    assert lines[5].split() == ["2", "zed", "distance", "0", "same", "probability", "0.8176"], lines

    # Whatever else the file may be, the gallery is embedded again, with a note of what was wrong, and the file replaced.
    def expect_rebuilt(pattern):
        result, notes = find(weights, gallery, queries[0])
        assert any(pattern in line and "computed anew" in line for line in notes), (pattern, notes)
        assert result["gallery"]["embedded"] == 9, result
        check_nearest(result["queries"][0]["nearest"], expected(queries[0], content), 1e-12)

    good = kept[0].read_bytes()
    # Another decoder gives other pixels, so the key names it.
    assert any(b" pictures=" + name + b" " in good for name in (b"libjpeg,libpng", b"stb_image")), good[:1000]
    changed = bytearray(good)
    (header_bytes,) = struct.unpack("<Q", good[:8])
    changed[8 + header_bytes + 1000] ^= 1
    kept[0].write_bytes(changed)
    expect_rebuilt("checksum is wrong; it may be removed")
    assert kept[0].read_bytes() == good
    write_safetensors(kept[0], {"__metadata__": {"ditto.cache.key": "others"}})
    expect_rebuilt("something else than features of these weights; it may be removed")
    assert kept[0].read_bytes() == good

    # Where nothing can be written the search goes on. (For root, any folder can be written: a folder in its place.)
    kept[0].unlink()
    kept[0].mkdir()
    _, notes = find(weights, gallery, queries[0])
    assert any("not kept for the next search: cannot write" in line for line in notes), notes
    kept[0].rmdir()
    if os.geteuid() == 0:
        print("not tried: a folder that cannot be written, because this runs as root")
        return
    gallery.chmod(0o500)
    result, notes = find(weights, gallery, queries[0])
    gallery.chmod(0o700)
    assert any("not kept for the next search: cannot write" in line for line in notes), notes
    check_nearest(result["queries"][0]["nearest"], expected(queries[0], content), 1e-12)


def read_head(weights):
    """The 2048 weights and the bias of the BCE head."""
    with weights.open("rb") as file:
        header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
        begin = file.tell()

        def read(name):
            first, last = header[name]["data_offsets"]
            file.seek(begin + first)
            return array.array("f", file.read(last - first))

        return read("head.weight"), read("head.bias")[0]


def test_probability(folder):
    """The head says how alike two images are, not the distance."""
    gallery = folder / "people"
    gallery.mkdir()
    names = [f"{name}.ppm" for name in "abcd"]
    pictures = [write_picture(gallery / name, 40 + number) for number, name in enumerate(names)]
    query = write_picture(folder / "somebody.ppm", 50)
    features = embed(BCE, folder, [*pictures, query])
    weight, bias = read_head(BCE)

    def probability(left, right):
        logit = bias + sum(w * x for w, x in zip(weight, [*left, *right], strict=True))
        return 1 / (1 + math.exp(-logit))

    scores = [(-probability(features[query], features[path]), path.name) for path in pictures]
    result, _ = find(BCE, gallery, query, options=["--no-cache"])
    assert result["score"] == "probability"
    # The logit is a sum of 2048 products, which the program may round to float32.
    check_nearest(result["queries"][0]["nearest"], by_person(scores), 1e-5, sign=-1)
    assert sorted(path.name for path in gallery.iterdir()) == names


with tempfile.TemporaryDirectory() as name:
    test_usage(pathlib.Path(name), write_picture(pathlib.Path(name) / "picture.ppm", 1))
    test_search(pathlib.Path(name))
    test_probability(pathlib.Path(name))
