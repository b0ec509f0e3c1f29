"""Every public name of the headers has a comment that Doxygen can read, by docs/Doxyfile.

Public is what is neither private nor in a namespace `detail`. Classes, functions, concepts, and what else stands in a
namespace need a comment. Data and types inside a class may leave it to their class. One comment is enough for
  overloads, and the specializations of a template;
  what a derived class states again: a member with a comment in the base, or that the base's own comment names, as
  Layer's names accepts(), expects() and output();
  operators, destructors, and functions that are defaulted or deleted.

Exits 77, saying so, without doxygen."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATED = "[generated]:1"  # Doxygen's own: namespace std
IN_A_CLASS = {"variable", "typedef", "enum", "friend"}  # may leave it to their class


def run_doxygen(folder):
    """Writes XML to the folder; returns Doxygen's warnings."""
    settings = (ROOT / "docs/Doxyfile").read_text() + "GENERATE_HTML = NO\nGENERATE_XML = YES\nXML_PROGRAMLISTING = NO\n"
    environment = {**os.environ, "DITTO_REFERENCE": str(folder), "DITTO_VERSION": ""}
    run = subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, capture_output=True, text=True, env=environment)
    warnings = set(run.stderr.splitlines()) | set(run.stdout.splitlines())
    return sorted(line for line in warnings if line.strip())


def text_of(element):
    return " ".join("".join(part.itertext()) for part in element if part.tag.endswith("description")).strip()


class Scope:
    """A class or a namespace, and its members that are not private."""

    def __init__(self, element):
        self.kind = element.get("kind")
        self.name = re.sub(r"\s", "", element.findtext("compoundname"))
        self.text = text_of(element)
        self.is_public = element.get("prot", "public") != "private"
        self.where = place(element)
        self.bases = [re.sub(r"\s", "", base.text) for base in element.findall("basecompoundref")]
        self.members = [member for member in element.iter("memberdef") if member.get("prot") != "private"]
        self.documented = {member.findtext("name") for member in self.members if text_of(member)}


def place(element):
    location = element.find("location")
    return "?" if location is None else f"{location.get('file')}:{location.get('line')}"


def template(name):
    """A name without the arguments that a specialization has."""
    return re.sub(r" ?<.*>", "", name)


def read_scopes(folder):
    scopes = {}
    for file in sorted(folder.glob("*.xml")):
        element = xml.parse(file).getroot().find("compounddef")
        if element is not None and element.get("kind") in ("class", "struct", "union", "namespace", "concept"):
            scope = Scope(element)
            if scope.where != GENERATED:
                scopes[scope.name] = scope
    return scopes


def said_by_a_base(scopes, scope, name):
    """Does a base, or the template that the scope specializes, describe the member?"""
    for base in [*scope.bases, template(scope.name)]:
        found = scopes.get(base) or scopes.get(template(base)) or scopes.get(f"ditto::{template(base)}")
        if found is None or found is scope:
            continue
        if name in found.documented or re.search(rf"\b{re.escape(name)}\(", found.text):
            return True
        if said_by_a_base(scopes, found, name):
            return True
    return False


def needs_comment(scopes, scope, member):
    name, kind = member.findtext("name"), member.get("kind")
    if template(name) in scope.documented:
        return False
    if scope.kind != "namespace":
        if kind in IN_A_CLASS or re.search(r"= ?(default|delete)$", member.findtext("argsstring") or ""):
            return False
        if said_by_a_base(scopes, scope, name):
            return False
    return not name.startswith(("operator", "~"))


def undocumented(scopes):
    documented = {scope.name for scope in scopes.values() if scope.text}
    for scope in scopes.values():
        if not scope.is_public:
            continue
        if scope.name not in documented and template(scope.name) not in documented:
            yield f"{scope.where}: {scope.name}"
        for member in scope.members:
            if needs_comment(scopes, scope, member):
                yield f"{place(member)}: {scope.name}::{member.findtext('name')}"


def main():
    if shutil.which("doxygen") is None:
        print("skipped: doxygen not found")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        warnings = run_doxygen(pathlib.Path(folder))
        scopes = read_scopes(pathlib.Path(folder, "xml"))
    names = sorted(set(undocumented(scopes)))
    for line in warnings:
        print(line)
    for name in names:
        print(f"{name} has no ///")
    print(f"{len(scopes)} classes and namespaces, {len(names)} names without a comment, {len(warnings)} warnings")
    return bool(warnings or names or len(scopes) < 100)  # fewer: Doxygen did not read the headers


sys.exit(main())
