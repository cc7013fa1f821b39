#!/bin/sh
# Installs the standalone executable of llm-router for this user, without root and without Node:
#   sh install.sh [--version 1.2.3] [--to FOLDER] [--from URL]
#   sh install.sh --uninstall [--to FOLDER]
# The release fills in the address and the version. The download is checked against SHA256SUMS of the release before it is installed.
set -eu

from='@DOWNLOADS@'
version='@VERSION@'
to="${HOME:?HOME is not set}/.local/bin"
uninstall=

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --version | --to | --from)
      [ $# -ge 2 ] || fail "$1 needs a value"
      case $1 in
        --version) version=${2#v} ;;
        --to) to=$2 ;;
        --from) from=${2%/} ;;
      esac
      shift 2
      ;;
    --uninstall) uninstall=yes && shift ;;
    *) fail "unknown argument: $1" ;;
  esac
done

program="$to/llm-router"
if [ -n "$uninstall" ]; then
  [ -e "$program" ] || fail "$program is not installed"
  rm -- "$program"
  printf 'removed %s; configs and records stay in ~/.config/llm-router and ~/.local/state/llm-router\n' "$program"
  exit 0
fi

case $from in @*) fail 'this copy has no address to download from: give --from URL' ;; esac
case $version in @*) fail 'this copy is of no release: give --version' ;; esac
case $version in *[!0-9A-Za-z.+-]* | '') fail "not a version: $version" ;; esac

case "$(uname -s) $(uname -m)" in
  'Linux x86_64') name=llm-router-linux-x64 ;;
  'Linux aarch64') name=llm-router-linux-arm64 ;;
  'Darwin x86_64') name=llm-router-darwin-x64 ;;
  'Darwin arm64') name=llm-router-darwin-arm64 ;;
  *) fail "there is no executable for $(uname -s) $(uname -m): npm install -g llm-router-cli" ;;
esac
if ls /lib/ld-musl-* >/dev/null 2>&1; then
  fail 'there is no executable for musl: npm install -g llm-router-cli'
fi

folder=$(mktemp -d)
draft=
trap 'rm -rf -- "$folder" ${draft:+"$draft"}' EXIT
trap 'exit 130' INT HUP TERM

download() {
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --output "$2" -- "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" -- "$1"
  else
    fail 'neither curl nor wget is installed'
  fi || fail "cannot download $1"
}

sum_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

download "$from/v$version/SHA256SUMS" "$folder/SHA256SUMS"
expected=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
[ -n "$expected" ] || fail "SHA256SUMS of version $version does not name $name"
download "$from/v$version/$name" "$folder/$name"
actual=$(sum_of "$folder/$name")
[ "$actual" = "$expected" ] || fail "the checksum of $name is $actual, and not $expected"

# Beside its place first, so that it appears whole and a program that runs is not overwritten.
mkdir -p -- "$to"
draft="$to/.llm-router.$$"
cp -- "$folder/$name" "$draft"
chmod 755 "$draft"
mv -f -- "$draft" "$program"
draft=
printf 'installed llm-router %s as %s\n' "$version" "$program"
case ":$PATH:" in *":$to:"*) ;; *) printf 'add %s to PATH\n' "$to" ;; esac
