"""clang-tidy, with .clang-tidy, on the C++ that changed.

    test_tidy.py                what differs from main; on main itself, from the commit before. A few minutes at most:
                                what they do not suffice for is named, and not checked.
    test_tidy.py FILE...        these files

Headers of include/ditto are checked together in one file that includes them, others through a source that includes
them. CUDA's .cuh files are not checked. DITTO_TEST_BIN names the folder of the helpers of a build, whose compilation
commands are used; without it, build/release. Exits 77, saying so, without clang-tidy or history."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 240  # for what changed


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def git(*arguments):
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else ""


def changed_files():
    head = git("rev-parse", "HEAD")
    bases = [git("merge-base", "HEAD", main) for main in ("origin/main", "main")]
    base = next((base for base in bases if base not in ("", head)), "") or git("rev-parse", "--verify", "HEAD~1")
    if not base:
        skip("git knows no commit before this one, so nothing says what changed")
    names = git("diff", "--name-only", "--diff-filter=d", base).splitlines()
    return sorted({*names, *git("ls-files", "--others", "--exclude-standard").splitlines()})


def compile_commands(build):
    """Flags by source; the build's own generated files too."""
    file = build / "compile_commands.json"
    if not file.exists():
        skip(f"{file} does not exist")
    commands = {}
    for entry in json.loads(file.read_text()):
        arguments = shlex.split(entry["command"])
        first = next(i for i, argument in enumerate(arguments) if argument.startswith("-"))
        # Warnings are the compilers' business, and -Werror would make clang's an error here.
        flags = [a for a in arguments[first:] if a not in ("-c", entry["file"]) and not a.startswith("-W")]
        output = flags.index("-o")
        commands.setdefault(entry["file"], flags[:output] + flags[output + 2:])
    return commands


def includes(file, header):
    return re.search(rf'#include ["<](.*/)?{re.escape(header.name)}[">]', file.read_text()) is not None


def includer(header, sources):
    """The smallest source that includes the header, or a header that does so; none where there is none."""
    found = [source for source in sources if includes(source, header)]
    if found:
        return min(found, key=lambda source: source.stat().st_size)
    others = [other for other in header.parents[1].rglob("*.hpp") if other != header and includes(other, header)]
    return next((source for other in others if (source := includer(other, sources))), None)


def jobs_for(names, commands, build, folder):
    """(what it is, source, flags) of each run of clang-tidy."""
    paths = [pathlib.Path(name) for name in commands if name.endswith(".cpp")]
    sources = [path for path in paths if path.is_relative_to(ROOT) and not path.is_relative_to(build)]
    files = [ROOT / name for name in names]
    library = [file for file in files if file.is_relative_to(ROOT / "include") and file.suffix == ".hpp"]
    jobs = []
    if library:
        shutil.copy(ROOT / ".clang-tidy", folder)  # clang-tidy looks for its settings beside and above a source
        together = folder / "headers.cpp"
        together.write_text("".join(f"#include <{file.relative_to(ROOT / 'include')}>\n" for file in library))
        flags = next((flags for name, flags in commands.items() if "/tests/headers/" in name), None)
        if flags is None:
            skip("the build has no headers/*.cpp")
        jobs.append((f"{len(library)} headers of include", together, flags))
    chosen = {file for file in files if file in sources}
    for header in (file for file in files if file.suffix == ".hpp" and file not in library):
        source = includer(header, sources)
        if source is None:
            print(f"{header.relative_to(ROOT)}: no source includes it; not checked")
        else:
            chosen.add(source)
    return jobs + [(str(source.relative_to(ROOT)), source, commands[str(source)]) for source in sorted(chosen)]


def tidy(program, source, flags, header_filter, seconds):
    """What clang-tidy found; None when the time was over."""
    command = [program, "--quiet", f"--header-filter={header_filter}", str(source)]
    try:
        run = subprocess.run([*command, "--", *flags], cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return run.stdout.strip() if run.returncode else ""


def main():
    program = shutil.which("clang-tidy")
    if program is None:
        skip("clang-tidy not found")
    given = [str(pathlib.Path(name).resolve().relative_to(ROOT)) for name in sys.argv[1:]]
    names = [name for name in given or changed_files() if name.endswith((".hpp", ".cpp"))]
    helpers = os.environ.get("DITTO_TEST_BIN")
    build = pathlib.Path(helpers).parents[1] if helpers else ROOT / "build/release"
    header_filter = "|".join(re.escape("/" + name) + "$" for name in names if name.endswith(".hpp")) or "^$"
    begin = time.monotonic()
    findings = 0
    with tempfile.TemporaryDirectory() as folder:
        for what, source, flags in jobs_for(names, compile_commands(build), build, pathlib.Path(folder)):
            left = None if given else SECONDS - (time.monotonic() - begin)
            found = None if left is not None and left < 1 else tidy(program, source, flags, header_filter, left)
            if found is None:
                print(f"{what}: not checked, {SECONDS} s are over; {sys.argv[0]} FILE... has no limit")
            elif found:
                print(found)
                findings += 1
            else:
                print(f"{what}: clean ({time.monotonic() - begin:.0f} s)")
    return findings > 0


sys.exit(main())
