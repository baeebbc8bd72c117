#!/bin/sh
# `make demo`: the project's own releases in French, then the memory at work on a new one. No key and no network are needed.
set -eu
unset DEEPL_AUTH_KEY 2>/dev/null || true # the demo sends nothing and bills nobody

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@" 2>&1 || status=$?; }

say "1. The French pages, from the approved catalogs (they are generated: first remove them, then make them again)"
rm -rf content/fr
status=0
show prl10n sync
[ "$status" = 0 ] || exit "$status"
show prl10n status

say "2. The result: content/fr/news/2026-11-24-prl10n-first-release.md"
head -n 14 content/fr/news/2026-11-24-prl10n-first-release.md

say "3. A new release that repeats some of the old one: the memory knows these texts, in a scratch copy of the project"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -R prl10n.toml content locales "$scratch"
new="$scratch/content/en/news/2026-12-01-a-new-release.md"
cat > "$new" <<'END'
---
title: A second release follows
---

_This first release rests on four commitments:_

A sentence that nobody has translated yet.

**Contact**
END
cd "$scratch"
show prl10n sync content/en/news/2026-12-01-a-new-release.md
sed -n '/^_/p; /^\*\*/p' content/fr/news/2026-12-01-a-new-release.md
[ "$status" = 4 ] && echo "(exit code 4: done, but units stay untranslated)"

say "To have DeepL translate what the memory does not know:"
cat <<'END'
  export DEEPL_AUTH_KEY=…            # from https://www.deepl.com/your-account/keys
  prl10n sync --dry-run              # says what would be sent and billed
  prl10n sync
END
