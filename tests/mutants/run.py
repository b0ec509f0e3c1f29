#!/usr/bin/env python3
"""Breaks ditto's headers in small ways and says whether a test notices: a mutant that no test notices is a promise
without a test. By hand, not in the test command; it compiles for about a minute a mutant.

  tests/mutants/run.py                    40 mutants, drawn with seed 1
  tests/mutants/run.py --seed 7 -n 10     others
  tests/mutants/run.py --list             what would be drawn, without compiling
  tests/mutants/run.py --kept             the mutants of once_unseen.txt
  tests/mutants/run.py --group losses     of these headers alone

Each mutant is one line of one header. A draw that does not compile is drawn again; one that is listed in
equivalent.txt, because it changes no result, too. Exit code 1 if a mutant goes unseen.
"""
import argparse
import filecmp
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = pathlib.Path("include/ditto")

# What is broken, by group: a group is drawn first, so that a long header has no more than its share.
GROUPS = {
    "losses": ["losses/**/*.hpp"],
    "shapes": ["core/shape.hpp", "layers/window.hpp", "layers/conv2d/conv2d.hpp", "layers/pooling/pool2d.hpp",
               "layers/linear/linear.hpp", "layers/flatten/flatten.hpp", "layers/batch_norm/batch_norm.hpp",
               "layers/pooling/global_average/global_average_pool2d.hpp", "layers/l2_normalize/l2_normalize.hpp"],
    "batch_norm": ["layers/batch_norm/cpu.hpp", "layers/batch_norm/statistics.hpp", "core/chunks.hpp",
                   "device/cpu/column_sums.hpp"],
    "optimizers": ["optim/*.hpp"],
    "evaluate": ["evaluate/roc.hpp", "evaluate/folds.hpp", "evaluate/platt.hpp", "evaluate/brier.hpp",
                 "evaluate/standard_errors.hpp", "evaluate/best_groups.hpp"],
    "safetensors": ["io/safetensors_*.hpp", "io/header_json.hpp", "io/dtype.hpp"],
    "augmentation": ["images/augmentation.hpp", "images/affine_map.hpp", "images/bilinear.hpp", "images/mirror.hpp"],
    "pictures": ["images/formats/[!s]*.hpp", "images/formats/stb_codec.hpp", "images/image_file.hpp",
                 "images/orientation.hpp"],
    "lists": ["pairs/pair_list.hpp", "pairs/lists/*.hpp"],
    "people": ["pairs/people*.hpp", "pairs/test_people.hpp", "pairs/folder_*.hpp", "pairs/sets.hpp", "pairs/pair.hpp",
               "pairs/same_pictures.hpp", "pairs/find_images.hpp", "pairs/alike_names.hpp"],
    "weights": ["model/weights_*.hpp", "model/stored_tensor.hpp", "model/feature_recipe.hpp"],
}

# The tests that cover a header, those that compile fastest first: the first pattern that the header begins with. A name
# ending in * is all CTests that begin so and need no target.
TESTS = [
    ("losses/mining/", "losses.mining trainer.mined_training"),
    ("losses/losses.hpp", "losses.losses"),
    ("losses/", "losses.losses losses.mining trainer.trainer"),
    ("core/shape.hpp", "shapes.* network.figures layers.odd_sizes layers.layers shape_error.* error.*"),
    ("layers/window.hpp", "shapes.* network.figures layers.odd_sizes layers.layers shape_error.* error.*"),
    ("layers/batch_norm/batch_norm.hpp",
     "shapes.* network.figures layers.batch_norm_statistics layers.layers shape_error.* layers.conv_block"),
    ("layers/batch_norm/", "layers.batch_norm_statistics layers.layers layers.conv_block"),
    ("core/chunks.hpp", "layers.batch_norm_statistics layers.layers layers.conv_block"),
    ("device/cpu/column_sums.hpp", "layers.batch_norm_statistics layers.layers layers.conv_block"),
    ("layers/linear/", "shapes.* network.figures layers.odd_sizes layers.layers model.weights_file io.permuted shape_error.* error.*"),
    ("layers/", "shapes.* network.figures layers.odd_sizes layers.layers shape_error.* error.*"),
    ("optim/schedule.hpp", "optim.optimizers"),
    ("optim/", "optim.optimizers trainer.streamed_update trainer.threads"),
    ("evaluate/platt.hpp", "evaluate.platt"),
    ("evaluate/brier.hpp", "evaluate.platt evaluate.roc training.evaluation"),
    ("evaluate/standard_errors.hpp", "evaluate.standard_errors"),
    ("evaluate/", "evaluate.roc evaluate.folds evaluate.standard_errors evaluate.platt training.evaluation"),
    ("io/dtype.hpp", "io.safetensors io.damaged_safetensors model.weights_file"),
    ("io/", "io.damaged_safetensors io.safetensors io.permuted model.weights_file"),
    ("images/affine_map.hpp", "images.augmentation images.image_store faces.faces"),
    ("images/bilinear.hpp", "images.augmentation images.recipe images.image_store"),
    ("images/mirror.hpp", "images.augmentation images.image_store"),
    ("images/formats/exif.hpp", "images.orientation images.jpeg images.png"),
    ("images/formats/jpeg", "images.jpeg images.jpeg_data images.orientation images.image_file images.stb"),
    ("images/formats/libjpeg.hpp", "images.jpeg images.jpeg_data images.image_file images.orientation"),
    ("images/formats/netpbm.hpp", "images.image_file"),
    ("images/formats/stb_codec.hpp", "images.stb"),
    ("images/formats/", "images.png images.image_file images.orientation images.stb"),
    ("images/image_file.hpp", "images.image_file images.orientation images.jpeg"),
    ("images/orientation.hpp", "images.orientation"),
    ("images/", "images.augmentation images.image_store"),
    ("model/feature_recipe.hpp", "model.feature_recipe model.weights_file training.evaluation"),
    ("model/", "model.weights_file model.weights_numbers model.pair_verifier"),
    ("pairs/lists/", "pairs.pair_list pairs.find_images"),
    ("pairs/pair_list.hpp", "pairs.pair_list pairs.find_images pairs.held_out"),
    ("pairs/pair.hpp", "pairs.pair_list pairs.find_images pairs.people pairs.held_out"),
    ("pairs/find_images.hpp", "pairs.find_images pairs.people_folder pairs.held_out"),
    ("pairs/same_pictures.hpp", "pairs.find_images pairs.held_out"),
    ("pairs/alike_names.hpp", "pairs.folder_images pairs.people_folder"),
    ("pairs/folder_images.hpp", "pairs.folder_images pairs.people_folder"),
    ("pairs/people_folder.hpp", "pairs.people_folder pairs.people"),
    ("pairs/", "pairs.people pairs.held_out pairs.people_folder pairs.pair_loader"),
]

SWAPS = [(" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > "), (" == ", " != "), (" != ", " == "),
         (" < ", " > "), (" > ", " < "), (" + ", " - "), (" - ", " + "), (" * ", " / "), (" / ", " * "),
         (" += ", " -= "), (" -= ", " += "), (" && ", " || "), (" || ", " && "), ("std::min(", "std::max("),
         ("std::max(", "std::min("), ("true", "false"), ("false", "true"), ("height()", "width()"),
         ("width()", "height()"), ("PairLabel::same", "PairLabel::different"),
         ("PairLabel::different", "PairLabel::same"), ("std::fabs(", "("), ("std::sqrt(", "(")]

# In a for loop these never end or never begin, which anything notices.
BACKWARDS = [(" < ", " > "), (" > ", " < "), (" += ", " -= "), (" -= ", " += ")]


def code_of(line):
    """The line with what strings and comments hold made blank, so that places stay."""
    blank = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: '"' + " " * (len(m.group()) - 2) + '"', line)
    comment = blank.find("//")
    return blank if comment < 0 else blank[:comment] + " " * (len(blank) - comment)


def term_end(code, start):
    """Where the term ends that begins at `start`."""
    depth, i = 0, start
    while i < len(code):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
            if depth < 0:
                return i
        elif depth == 0 and (code[i] in ",;?:" and code[i:i + 2] != "::" and code[i - 1:i + 1] != "::"
                             or re.match(r" (?:[-+<>=!&|]|[<>=!]=|&&|\|\|) ", code[i:i + 4])):
            return i
        i += 1
    return -1  # it goes on in the next line


def mutants_of_line(code, before):
    """(begin, end, replacement) of every mutant; `before` is the last line of code before this one."""
    if re.match(r"\s*(#|using |template\b|namespace|struct |class |requires|static_assert|concept|public:|private:|"
                r"\[\[nodiscard|case |return Error|\})", code) or not code.strip():
        return
    if "__builtin_prefetch" in code:
        return  # it changes no result
    for old, new in SWAPS:
        if re.match(r"\s*for \(", code) and (old, new) in BACKWARDS:
            continue
        for m in re.finditer(re.escape(old), code):
            if old in ("true", "false") and re.search(r"[\w]", code[m.start() - 1:m.start()] + code[m.end():m.end() + 1]):
                continue
            yield m.start(), m.end(), new
    for m in re.finditer(r"(?<![\w.'])(\d+)(?![\w.'])", code):
        yield m.start(), m.end(), str(int(m.group()) + 1)
        if int(m.group()) > 1:
            yield m.start(), m.end(), str(int(m.group()) - 1)
    for m in re.finditer(r"(?<![\w.'])(\d+\.\d+)(?![\w.'])", code):
        yield m.start(), m.end(), "1.0" if float(m.group()) == 0 else f"({m.group()} * 1.5)"
    for m in re.finditer(r" [-+*/] ", code):  # a term or a factor dropped
        end = term_end(code, m.end())
        if end > 0 and code[m.start() - 1] not in "(,=":
            yield m.start(), end, ""
    m = re.search(r"\b(if|while) \(", code)
    if m and "constexpr" not in code and ";" not in code[m.end():term_end(code, m.end())]:
        end = term_end(code, m.end())
        if end > 0:
            yield m.end(), end, "!(" + code[m.end():end] + ")"
    statement = code.rstrip()
    starts = re.match(r"\s*", code).end()
    if (statement.endswith(";") and before.rstrip().endswith((";", "{", "}"))
            and re.match(r"\s*(if \(.*\) |[\w.:\[\]>*()+ -]+ [-+*/]?= |\+\+|[\w.:>-]+\(.*\);$|std::)", code)
            and not re.match(r"\s*(return|const|auto|static|constexpr|double|int|std::[\w:]+(<.*>)? \w+|[\w:<>]+ \w+ =|"
                             r"[\w:<>]+\*? \w+ =|[\w:<>]+ \w+\()", code)
            and code.count("(") == code.count(")") and code.count("{") == code.count("}")):
        yield starts, len(statement), ";"


class Mutant:
    def __init__(self, header, number, old, new):
        self.header, self.number, self.old, self.new = header, number, old, new

    def key(self):
        return self.header, self.old.strip(), self.new.strip()


def all_mutants(group):
    found = []
    for pattern in GROUPS[group]:
        for path in sorted((ROOT / INCLUDE).glob(pattern)):
            lines = path.read_text().splitlines()
            before = ""
            for number, line in enumerate(lines):
                code = code_of(line)
                for begin, end, new in mutants_of_line(code, before):
                    text = line[:begin] + new + line[end:]
                    if text != line:
                        found.append(Mutant(str(path.relative_to(ROOT / INCLUDE)), number, line, text))
                if code.strip():
                    before = code
    return found


def read_kept(path):
    """Blocks of a header's name, - old line, + new line, = why."""
    kept, header, old, new = [], None, None, None
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("- "):
            old = line[2:].strip()
        elif line.startswith("+ "):
            new = line[2:].strip()
        elif line.startswith("= "):
            kept.append(((header, old, new), line[2:].strip()))
        elif line.strip() and not line.startswith("#"):
            header = line.strip()
    return kept


def draw(seed, groups):
    """All mutants, in the order in which they are drawn."""
    chance = random.Random(seed)
    pools = {group: all_mutants(group) for group in groups}
    for pool in pools.values():
        chance.shuffle(pool)
    while any(pools.values()):
        for group in groups:
            if pools[group]:
                yield group, pools[group].pop()


def copy_changed(source, target):
    """Copies what differs, as new: a broken header of a run that was stopped must not look old to the build."""
    if not pathlib.Path(target).exists() or not filecmp.cmp(source, target, shallow=False):
        shutil.copyfile(source, target)


class Scratch:
    """A copy of the project with a build of its own, in which one header at a time is broken."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        for name in ("include", "tests", "cmake", "examples", "docs"):
            shutil.copytree(ROOT / name, self.folder / name, dirs_exist_ok=True, copy_function=copy_changed)
        for name in ("CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE"):
            copy_changed(ROOT / name, self.folder / name)
        self.build = self.folder / "build"
        self.call("cmake", "--preset", "debug", "-B", str(self.build), "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                  "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1", "-DCMAKE_CXX_COMPILER=g++", "-DDITTO_BUILD_TESTS=ON",
                  "-DDITTO_BUILD_EXAMPLES=OFF", "-DDITTO_CUDA=OFF", must=True)
        listed = self.call("ctest", "--test-dir", str(self.build), "-N")[1]
        self.tests = re.findall(r"Test +#\d+: (\S+)", listed)
        self.sound = {}

    def call(self, *command, must=False, limit=1200):
        try:
            done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=limit)
        except subprocess.TimeoutExpired:
            return 124, "no end within the time"
        if must and done.returncode != 0:
            sys.exit(f"error: {' '.join(command)} failed:\n{done.stdout[-3000:]}")
        return done.returncode, done.stdout

    def compiles(self, header):
        file = self.folder / "probe.cpp"
        file.write_text(f"#include <ditto/{header}>\n")
        return self.call("g++", "-std=c++20", "-fopenmp", "-fsyntax-only", "-DDITTO_ALLOW_UNOPTIMIZED",
                         f"-I{self.folder}/include", str(file))[0] == 0

    def run(self, name):
        """None where the test passes, else what says that it does not; "" if it does not compile for another reason."""
        if name.endswith("*"):
            begin = name[:-1]
            which = [t for t in self.tests if t.startswith(begin) and (t.endswith(".g++") or "." not in t[len(begin):])]
            code, text = self.call("ctest", "--test-dir", str(self.build), "-R",
                                   "^(" + "|".join(re.escape(t) for t in which) + ")$", "-j2", "--stop-on-failure")
            failed = re.search(r"\d+ - (\S+) \(", text)
            return None if code == 0 else failed.group(1) if failed else text[-200:]
        if name not in self.tests:
            return None
        code, text = self.call("ninja", "-C", str(self.build), name)
        if code != 0:
            if "static assertion failed" in text or "static_assert" in text:
                return "a static_assert"
            return ""
        code, text = self.call("ctest", "--test-dir", str(self.build), "-R", f"^{re.escape(name)}$", "--timeout", "300",
                               "--output-on-failure")
        if code == 0:
            return None
        case = re.search(r"TEST CASE: +(.*)", text)
        return case.group(1).strip() if case else "crash or timeout"

    def is_sound(self, name):
        """Does the test pass on what is not broken? Asked once of each test that noticed something."""
        if name not in self.sound:
            self.sound[name] = self.run(name) is None
        return self.sound[name]


def tests_of(header):
    return next(tests.split() for begin, tests in TESTS if header.startswith(begin))


def judge(scratch, mutant):
    """("noticed", by whom), ("unseen", tests that ran), or ("does not compile", why)."""
    path = scratch.folder / INCLUDE / mutant.header
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    assert lines[mutant.number].rstrip("\n") == mutant.old
    lines[mutant.number] = mutant.new + "\n"
    tests = tests_of(mutant.header)
    verdict, ran = None, []
    try:
        path.write_text("".join(lines))
        if not scratch.compiles(mutant.header):
            return "does not compile", "the header"
        for name in tests:
            reason = scratch.run(name)
            if reason is None:
                ran.append(name)
                continue
            if reason == "":
                return "does not compile", name
            verdict = name, reason
            break
    finally:
        path.write_text(whole)
    if verdict is None:
        return "unseen", " ".join(ran)
    if not scratch.is_sound(verdict[0]):
        sys.exit(f"error: {verdict[0]} fails without a mutant; mend it first")
    return "noticed", ": ".join(verdict)


def kept_mutants(path):
    for (header, old, new), why in read_kept(path):
        lines = (ROOT / INCLUDE / header).read_text().splitlines()
        at = [i for i, line in enumerate(lines) if line.strip() == old]
        if not at:
            sys.exit(f"error: {path.name}: {header} has no line `{old}` any more; write down the new one")
        line = lines[at[0]]
        yield why, Mutant(header, at[0], line, line[:len(line) - len(line.lstrip())] + new)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--count", type=int, default=40, help="mutants to judge (40)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first of the draw, judged before")
    parser.add_argument("--group", choices=sorted(GROUPS), action="append", help="of these headers alone")
    parser.add_argument("--kept", action="store_true", help="the mutants of once_unseen.txt instead of a draw")
    parser.add_argument("--list", action="store_true", help="print what would be drawn and stop")
    parser.add_argument("--folder", help="where to build; kept, and faster the next time")
    options = parser.parse_args()

    equivalent = {key for key, _ in read_kept(HERE / "equivalent.txt")}
    if options.kept:
        drawn = kept_mutants(HERE / "once_unseen.txt")
        options.count = 10**6
    else:
        drawn = draw(options.seed, options.group or list(GROUPS))
    if options.list:
        for place, (group, mutant) in zip(range(options.count), drawn):
            print(f"{place + 1}. {group}: {mutant.header}:{mutant.number + 1}\n  - {mutant.old.strip()}\n"
                  f"  + {mutant.new.strip()}")
        return 0

    totals = {"noticed": 0, "unseen": 0, "equivalent": 0, "does not compile": 0}
    with tempfile.TemporaryDirectory(prefix="ditto_mutants_") as folder:
        scratch = Scratch(options.folder or folder)
        for place, (group, mutant) in enumerate(drawn):
            if place < options.skip:
                continue
            if totals["noticed"] + totals["unseen"] >= options.count:
                break
            begin = time.monotonic()
            if mutant.key() in equivalent:
                verdict, by = "equivalent", "see equivalent.txt"
            else:
                verdict, by = judge(scratch, mutant)
            totals[verdict] += 1
            print(f"{place + 1}. {verdict} ({time.monotonic() - begin:.0f} s): {group}\n  {mutant.header}\n"
                  f"  - {mutant.old.strip()}\n  + {mutant.new.strip()}\n  = {by}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in totals.items()))
    return 1 if totals["unseen"] else 0


if __name__ == "__main__":
    sys.exit(main())
