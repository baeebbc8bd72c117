#!/bin/sh
# Regenerates stale translations and pushes them as one commit on one branch, for people to review.
#
# Run it in the folder of prl10n.toml, in a clean checkout of the branch that the translations are for. It never moves
# that branch, and leaves the index alone. What the update branch holds already is taken over entry by entry, so that
# nothing is paid for twice and no review is lost; then the branch is written anew on top of the base. It pushes only
# if the translations differ from those that the branch has. Exit code: that of `prl10n sync`; 1: people have to look at
# the branch first; 2: wrong input.
#
#   PRL10N_BRANCH          the update branch (prl10n/update)
#   PRL10N_BASE            the branch that it is for (the one that is checked out)
#   PRL10N_LOCALE          only these locales, separated by spaces
#   PRL10N_MAX_CHARACTERS  stop before the first request that would pass so many characters
#   PRL10N_PULL_REQUEST    false: open no pull request; else one is opened or updated where `gh` is installed
#   PRL10N_SUMMARY         the file that a summary in markdown is appended to ($GITHUB_STEP_SUMMARY)
#   PRL10N_REMOTE, PRL10N_COMMAND, PRL10N_PYTHON   origin, prl10n, python3
#
# Keys of backends and tokens stay in the environment; nothing here prints or expands them.
set -eu

command=${PRL10N_COMMAND:-prl10n}
python=${PRL10N_PYTHON:-python3}
remote=${PRL10N_REMOTE:-origin}
branch=${PRL10N_BRANCH:-prl10n/update}
base=${PRL10N_BASE:-${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:-$(git symbolic-ref --quiet --short HEAD || true)}}}
summary=${PRL10N_SUMMARY:-${GITHUB_STEP_SUMMARY:-}}
here=$(dirname "$0")

say() { printf 'prl10n-update: %s\n' "$*" >&2; }
stop() { say "$2"; exit "$1"; }
is_in() { git cat-file -e "$1:./$2" 2>/dev/null; }

git check-ref-format --branch "$branch" >/dev/null 2>&1 || stop 2 "$branch is no name of a branch"
[ -n "$base" ] || stop 2 "name the branch that the translations are for in PRL10N_BASE"
[ "$base" != "$branch" ] || stop 0 "$branch is the update branch itself: nothing to do"
git diff --quiet HEAD -- || stop 2 "commit the changes of this checkout first, or run this in a fresh one"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
: > "$tmp/taken"

# --- what the update branch has ---------------------------------------------------------------------------------------

[ "$(git rev-parse --is-shallow-repository)" = false ] || git fetch --quiet --unshallow "$remote"
old='' fork='' others=false
found=0
git ls-remote --exit-code --heads "$remote" "refs/heads/$branch" > "$tmp/heads" || found=$?
case $found in
  0)
    git fetch --quiet --no-tags "$remote" "+refs/heads/$branch:refs/remotes/$remote/$branch"
    old=$(git rev-parse --verify "refs/remotes/$remote/$branch")
    fork=$(git merge-base HEAD "$old") || stop 1 "$branch has no history in common with $base: remove or rename it"
    git diff -z --no-renames --name-only --relative "$fork" "$old" | tr '\0' '\n' > "$tmp/held"
    if git log --format=%ce "$fork..$old" | grep -Fqvx "${GIT_COMMITTER_EMAIL:-prl10n@localhost}"; then others=true; fi
    ;;
  2) ;; # there is none
  *) stop 2 "$remote cannot be read" ;;
esac

if [ -n "$old" ]; then
  while IFS= read -r file; do
    case $file in *.po) ;; *) continue ;; esac
    if ! is_in "$old" "$file"; then
      # The branch has moved the catalog of a document that was renamed: so it stays, unless the base changed it.
      if git diff --quiet --relative "$fork" HEAD -- "$file"; then rm -f "$file"; fi
      continue
    fi
    git show "$old:./$file" > "$tmp/theirs"
    if [ -f "$file" ]; then
      : > "$tmp/before"
      ! is_in "$fork" "$file" || git show "$fork:./$file" > "$tmp/before"
      # shellcheck disable=SC2086 # a command with arguments
      $command merge-driver -- "$tmp/before" "$file" "$tmp/theirs" "$file" ||
        stop 1 "$branch and $base say two things in $file: merge $base into $branch, and decide there"
    elif is_in "$fork" "$file"; then
      continue # it was removed from the base
    else
      mkdir -p "$(dirname "$file")"
      cp "$tmp/theirs" "$file"
    fi
    printf '%s\n' "$file" >> "$tmp/taken"
  done < "$tmp/held"
fi

# --- translating ------------------------------------------------------------------------------------------------------

set --
for locale in ${PRL10N_LOCALE:-}; do set -- "$@" --locale "$locale"; done
[ -z "${PRL10N_MAX_CHARACTERS:-}" ] || set -- "$@" --max-characters "$PRL10N_MAX_CHARACTERS"
status=0
# shellcheck disable=SC2086
$command sync --json "$@" > "$tmp/sync.json" || status=$?
[ -s "$tmp/sync.json" ] || stop "$status" "prl10n sync failed with exit code $status; nothing was pushed"

# --- one commit -------------------------------------------------------------------------------------------------------

"$python" "$here/summary.py" files "$tmp/sync.json" > "$tmp/written"

# Where others have committed to the branch, their catalogs stay even if they have no source any more, and no file is
# overwritten but those that are made anew or merged.
if [ "$others" = true ]; then
  cat "$tmp/taken" >> "$tmp/written"
  foreign=$(grep -Fvx -f "$tmp/written" "$tmp/held" | while IFS= read -r file; do
    if is_in "$old" "$file"; then printf '%s\n' "$file"; fi
  done | head -n 1)
  [ -z "$foreign" ] || stop 1 "$branch has commits of others that change $foreign: merge them into $base first"
fi

GIT_INDEX_FILE="$tmp/index"
export GIT_INDEX_FILE
git read-tree HEAD
git add --update -- . ':(exclude).prl10n'
while IFS= read -r file; do
  if [ -f "$file" ] && ! git check-ignore --quiet -- "$file"; then printf '%s\0' "$file"; fi
done < "$tmp/written" > "$tmp/add"
[ ! -s "$tmp/add" ] || git --literal-pathspecs add --pathspec-from-file="$tmp/add" --pathspec-file-nul
tree=$(git write-tree)
git diff -z --no-renames --name-only --relative HEAD "$tree" | tr '\0' '\n' > "$tmp/changed"
unset GIT_INDEX_FILE

"$python" "$here/summary.py" markdown "$tmp/sync.json" "$tmp/changed" > "$tmp/summary.md"
[ -z "$summary" ] || cat "$tmp/summary.md" >> "$summary"

if [ "$tree" = "$(git rev-parse 'HEAD^{tree}')" ]; then
  stop "$status" "all translations of $base are up to date"
fi

pushed=false
if [ -n "$old" ] && [ "$(git diff-tree -r HEAD "$tree")" = "$(git diff-tree -r "$fork" "$old")" ]; then
  say "$branch is up to date"
else
  GIT_AUTHOR_NAME=${GIT_AUTHOR_NAME:-prl10n} GIT_AUTHOR_EMAIL=${GIT_AUTHOR_EMAIL:-prl10n@localhost}
  GIT_COMMITTER_NAME=${GIT_COMMITTER_NAME:-prl10n} GIT_COMMITTER_EMAIL=${GIT_COMMITTER_EMAIL:-prl10n@localhost}
  export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
  "$python" "$here/summary.py" title "$tmp/sync.json" "$tmp/changed" > "$tmp/title"
  commit=$(git commit-tree "$tree" -p HEAD -F "$tmp/title")
  set -- --quiet --force-with-lease="refs/heads/$branch:$old"
  if [ -n "${GITLAB_CI:-}" ] && [ "${PRL10N_PULL_REQUEST:-true}" != false ]; then
    set -- "$@" -o merge_request.create -o "merge_request.target=$base" -o "merge_request.title=$(cat "$tmp/title")"
  fi
  git push "$@" "$remote" "$commit:refs/heads/$branch"
  pushed=true
  say "$branch pushed: $(cat "$tmp/title")"
fi

# --- a pull request ---------------------------------------------------------------------------------------------------

pull_request() {
  number=$(gh pr list --head "$branch" --base "$base" --state open --json number --jq '.[0].number // empty')
  if [ -z "$number" ]; then
    gh pr create --head "$branch" --base "$base" --title "Update translations" --body-file "$tmp/summary.md"
  elif [ "$pushed" = true ]; then
    gh pr edit "$number" --body-file "$tmp/summary.md"
  fi
}

if [ "${PRL10N_PULL_REQUEST:-true}" != false ] && [ -z "${GITLAB_CI:-}" ] && command -v gh >/dev/null; then
  pull_request >&2 || say "the pull request could not be opened or updated; $branch is pushed"
fi

exit "$status"
