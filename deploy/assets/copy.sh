#!/bin/sh
# copy.sh FROM TO: the few files of each library that pages use, under names that say their version, with licences and checksums.
set -eu
from=$1 to=$2
rm -rf "$to" && mkdir -p "$to"

copy() { # LIBRARY FILE-WITHIN NAME-WITHOUT-VERSION
  version=$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$from/$1/package.json" | head -1)
  cp "$from/$1/$2" "$to/$1-$version.${3}"
  cp "$from/$1/LICENSE" "$to/$1.LICENSE"
}
copy bootstrap dist/css/bootstrap.min.css min.css
copy idiomorph dist/idiomorph.min.js min.js
(cd "$to" && sha256sum -- *.css *.js *.LICENSE | LC_ALL=C sort -k 2 > SHA256SUMS)
