#!/bin/sh
# What the wheel in dist/ needs, as CycloneDX JSON beside it: `make sbom`.
#
# The wheel and the pins of requirements/runtime.txt go into an environment that holds nothing else, not even pip, and
# the environment is described. The same wheel and pins give the same bytes: no serial number, and a time only where
# SOURCE_DATE_EPOCH says one. BIN is the folder of python and cyclonedx-py.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

wheel=$(basename dist/*.whl)
version=${wheel#prl10n-}
version=${version%%-py3*}
"$BIN/python" -m venv --without-pip "$folder"
install() {
	"$BIN/python" -m pip --python "$folder/bin/python" --quiet --disable-pip-version-check install "$@"
}
install --require-hashes --requirement requirements/runtime.txt
# By name, so that the description does not hold this machine's path of the file; without an index, so that it fails
# where the pins are not all that the wheel asks for.
install --no-index --find-links dist "prl10n==$version"
# The tool reads no version that is worked out.
sed "s/^dynamic = .*/version = \"$version\"/" pyproject.toml > "$folder/pyproject.toml"
"$BIN/cyclonedx-py" environment --output-reproducible --pyproject "$folder/pyproject.toml" \
	--output-file "dist/prl10n-$version.cdx.json" "$folder/bin/python"
echo "dist/prl10n-$version.cdx.json"
