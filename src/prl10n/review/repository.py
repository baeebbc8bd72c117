"""The git repository that the catalogs are in: what changed, and one commit of a session's catalogs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from prl10n.review.refusals import Refusal

_PATIENCE = 120  # seconds: hooks of the repository run, too


def _git(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, without a shell; paths are no patterns, and it asks nobody anything."""
    command = ["git", "--literal-pathspecs", "-C", str(root), *arguments]
    environ = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true"}
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False, env=environ, timeout=_PATIENCE)
    except FileNotFoundError:
        raise Refusal(422, "git is not installed", "Install git, or commit in another way.") from None
    except subprocess.TimeoutExpired:
        raise Refusal(422, f"git did not answer within {_PATIENCE} seconds", "Commit in a terminal.") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().split("\n")
    return lines[0].removeprefix("fatal: ").removeprefix("error: ")[:300]


def reviewer(root: Path) -> str:
    """The name that git gives its commits; empty where it has none."""
    try:
        done = _git(root, "config", "--get", "user.name")
    except Refusal:
        return ""
    return "" if done.returncode else " ".join(done.stdout.decode("utf-8", "replace").split())


def present(root: Path) -> bool:
    """Whether a folder is in a repository of git."""
    try:
        return _git(root, "rev-parse", "--is-inside-work-tree").returncode == 0
    except Refusal:
        return False


def changed(root: Path, paths: Sequence[Path]) -> list[Path]:
    """Those of the files that are not as the last commit has them. Refusal where there is no repository."""
    if not paths:
        return []
    inside = _git(root, "rev-parse", "--show-toplevel")
    if inside.returncode:
        raise Refusal(
            422, "the project is in no git repository", "Run `git init`, or keep the catalogs in another way."
        )
    names = [os.path.relpath(path, root) for path in paths]
    done = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *names)
    if done.returncode:
        raise Refusal(422, f"git cannot say what changed: {_said(done)}", "Run `git status` in a terminal.")
    top = Path(os.fsdecode(inside.stdout.rstrip(b"\n")))
    found = {(top / os.fsdecode(line[3:])).resolve() for line in done.stdout.split(b"\0") if line}
    return [path for path in paths if path.resolve() in found]


def commit(root: Path, paths: Sequence[Path], message: str) -> str:
    """Commit these files as they are on disk, and nothing that is staged besides; the commit's name.

    Raises Refusal with git's own words where it refuses.
    """
    names = [os.path.relpath(path, root) for path in paths]
    added = _git(root, "add", "--intent-to-add", "--", *names)
    done = added
    if not added.returncode:
        done = _git(root, "commit", "--quiet", "--only", "-F", "-", "--", *names, given=message.encode())
    if done.returncode:
        raise Refusal(422, f"git did not commit: {_said(done)}", "The catalogs are saved; commit them in a terminal.")
    return _git(root, "rev-parse", "HEAD").stdout.decode().strip()
