"""clang-tidy, with .clang-tidy, on the C++ that changed.

    test_tidy.py                what differs from main; on main itself, from the commit before. A few minutes at most.
    test_tidy.py FILE...        these files

Headers of include/ditto are checked together in one file that includes them, others through a source that includes
them. What nvcc compiles and CUDA's .cuh files are not checked, nor what must not compile. DITTO_TEST_BIN names the
folder of the helpers of a build, whose compilation commands are used; without it, build/release. What could not be
checked, because the time was over, clang-tidy crashed or the build does not compile it, is named, and without findings
the exit code is then 77; so it is, with the reason, without clang-tidy, git or history."""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 240  # for what changed
# Their files do not compile, which is what they are for.
MUST_NOT_COMPILE = ("tests/gates/", "tests/shape_errors/", "tests/install/broken_network.cpp")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def git(*arguments):
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else ""


def changed_files():
    if shutil.which("git") is None:
        skip("git not found, so nothing says what changed; install it, or name files")
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
        if pathlib.Path(arguments[0]).name == "nvcc":  # whose flags clang does not know
            continue
        first = next(i for i, argument in enumerate(arguments) if argument.startswith("-"))
        # Warnings are the compilers' business, and -Werror would make clang's an error here.
        flags = [a for a in arguments[first:] if a not in ("-c", entry["file"]) and not a.startswith("-W")]
        output = flags.index("-o")
        commands.setdefault(entry["file"], flags[:output] + flags[output + 2:])
    return commands


def included_files(file, roots):
    """The files of the repository that a file includes itself."""
    found = set()
    for name in re.findall(r'^\s*#\s*include\s*["<](.+?)[">]', file.read_text(), re.MULTILINE):
        path = next((path for folder in (file.parent, *roots) if (path := folder / name).is_file()), None)
        if path:
            found.add(path.resolve())
    return found


def includers(sources, commands):
    """Of each file that is included, the sources and headers that do so."""
    flags = {flag for source in sources for flag in commands[str(source)] if flag.startswith("-I")}
    roots = [root for flag in sorted(flags) if (root := pathlib.Path(flag[2:])).is_relative_to(ROOT)]
    headers = [header for folder in ("examples", "tests") for kind in ("*.hpp", "*.h")
               for header in (ROOT / folder).rglob(kind)]
    found = {}
    for file in [*sources, *headers]:
        for included in included_files(file, roots):
            found.setdefault(included, set()).add(file)
    return found


def source_of(header, by_included, sources):
    """The smallest source that includes the header, or else one that does through other headers; none without any."""
    seen, files = {header}, {header}
    while files:
        files = {file for included in files for file in by_included.get(included, ())} - seen
        seen |= files
        if found := files & sources:
            return min(found, key=lambda source: (source.stat().st_size, source))
    return None


def jobs_for(names, commands, build, folder):
    """(what it is, of how many files, source, flags) of each run of clang-tidy, and how many files no run would check."""
    paths = [pathlib.Path(name) for name in commands if name.endswith(".cpp")]
    sources = {path for path in paths if path.is_relative_to(ROOT) and not path.is_relative_to(build)}
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
        jobs.append((f"{len(library)} headers of include", len(library), together, flags))
    by_included = includers(sources, commands)
    checked_by, lost = {}, 0
    for file in (file for file in files if file not in library):
        source = file if file in sources else source_of(file, by_included, sources) if file.suffix == ".hpp" else None
        if source:
            checked_by.setdefault(source, []).append(file)
        else:
            reason = "nothing that this build compiles includes it" if file.suffix == ".hpp" else "not in this build"
            print(f"{file.relative_to(ROOT)}: not checked, {reason}")
            lost += 1
    for source, checked in sorted(checked_by.items()):
        what = str(source.relative_to(ROOT))
        others = [str(file.relative_to(ROOT)) for file in checked if file != source]
        jobs.append((what + (f" ({', '.join(others)})" if others else ""), len(checked), source, commands[str(source)]))
    return jobs, lost


OVER = f"{SECONDS} s are over; {sys.argv[0]} FILE... has no limit"


def tidy(program, source, flags, header_filter, seconds):
    """What clang-tidy found, or why it did not check the source; of a clean one, neither."""
    command = [program, "--quiet", f"--header-filter={header_filter}", str(source)]
    try:
        run = subprocess.run([*command, "--", *flags], cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return "", OVER
    if run.returncode == 0:
        return "", ""
    if run.returncode < 0 and not run.stdout.strip():  # clang-tidy has bugs of its own
        return "", f"clang-tidy crashed ({signal.Signals(-run.returncode).name})"
    return run.stdout.strip() or run.stderr.strip() or f"{source}: clang-tidy ended with {run.returncode}", ""


def main():
    program = shutil.which("clang-tidy")
    if program is None:
        skip("clang-tidy not found")
    given = [str(pathlib.Path(name).resolve().relative_to(ROOT)) for name in sys.argv[1:]]
    names = [name for name in given or changed_files()
             if name.endswith((".hpp", ".cpp")) and not name.startswith(MUST_NOT_COMPILE)]
    helpers = os.environ.get("DITTO_TEST_BIN")
    build = pathlib.Path(helpers).parents[1] if helpers else ROOT / "build/release"
    header_filter = "|".join(re.escape("/" + name) + "$" for name in names if name.endswith(".hpp")) or "^$"
    begin = time.monotonic()
    findings = 0
    with tempfile.TemporaryDirectory() as folder:
        jobs, unchecked = jobs_for(names, compile_commands(build), build, pathlib.Path(folder))
        for what, count, source, flags in jobs:
            left = None if given else SECONDS - (time.monotonic() - begin)
            over = left is not None and left < 1
            found, reason = ("", OVER) if over else tidy(program, source, flags, header_filter, left)
            if reason:
                unchecked += count
            findings += bool(found)
            outcome = f"not checked, {reason}" if reason else f"clean ({time.monotonic() - begin:.0f} s)"
            print(found or f"{what}: {outcome}")
    if unchecked and not findings:
        skip(f"{unchecked} of {len(names)} files not checked")
    return findings > 0


sys.exit(main())
