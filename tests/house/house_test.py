"""Checks the house rules on the tree: `house_test.py ROOT`. Fails with one line for each finding."""

import pathlib
import subprocess
import sys

import rules

TEXT = {".cc", ".h", ".proto", ".py", ".md", ".tf", ".txt", ".cmake", ".yaml", ".yml", ".json", ".sh", ".conf", ".svg", ""}


def read_tree(root):
    """The files that are in version control, or every text file where there is none."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:
        names = [str(p.relative_to(root)) for p in pathlib.Path(root).rglob("*")
                 if p.is_file() and not str(p.relative_to(root)).startswith(("build", ".git/"))]
    tree = {}
    for name in names:
        path = pathlib.Path(root) / name
        if path.suffix in TEXT and path.is_file() and "corpus" not in path.parts and "testdata" not in path.parts:
            try:
                tree[name] = path.read_text()
            except UnicodeDecodeError:
                continue
    return tree


def main():
    tree = read_tree(sys.argv[1])
    if len(tree) < 50:
        print(f"only {len(tree)} files found below {sys.argv[1]}: wrong directory?")
        return 1
    count = 0
    for rule in rules.RULES:
        found = rule(tree)
        count += len(found)
        print(f"{'ok    ' if not found else 'not ok'} {rule.__name__}: {rule.__doc__}")
        for finding in found:
            print(f"       {finding}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
