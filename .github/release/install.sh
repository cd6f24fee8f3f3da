#!/bin/sh
# Installs flowbind: downloads the archive of a release for this machine, verifies it, and puts the binary into a folder.
#
#   curl --proto '=https' --tlsv1.2 -LsSf https://github.com/OWNER/NAME/releases/latest/download/install.sh | sh
#
# The archive has to have the SHA-256 that stands below, where each release writes its own. Where the GitHub CLI is there,
# the attestation is verified too: that this repository's release workflow built the archive from the version's tag.
# Nothing is installed when either fails.
#
#   FLOWBIND_INSTALL_DIR   where the binary goes; default: ~/.local/bin
#   FLOWBIND_DOWNLOAD      another place of the release's files: an https address, or a folder
#   FLOWBIND_ATTESTATION   auto (default), require, or skip
#
# As it stands in the repository, it takes the version and the repository from FLOWBIND_VERSION and FLOWBIND_REPOSITORY,
# and the checksum from FLOWBIND_SHA256 or else from the release's SHA256SUMS.
set -eu

version=
repository=
checksums=

say() { printf 'flowbind installer: %s\n' "$1" >&2; }
fail() {
  say "$1"
  exit 1
}

# The target that runs here.
target() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64 | Linux/amd64) echo x86_64-unknown-linux-musl ;;
    Linux/aarch64 | Linux/arm64) echo aarch64-unknown-linux-musl ;;
    # A shell under Rosetta says x86_64, and the machine is able to do better.
    Darwin/x86_64)
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
        echo aarch64-apple-darwin
      else
        echo x86_64-apple-darwin
      fi
      ;;
    Darwin/arm64) echo aarch64-apple-darwin ;;
    MINGW*/x86_64 | MSYS*/x86_64 | CYGWIN*/x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there is no binary for $(uname -s) on $(uname -m); build it: cargo install --locked flowbind" ;;
  esac
}

# fetch NAME: that file of the release, into the scratch folder.
fetch() {
  case $download in
    https://*)
      if command -v curl >/dev/null; then
        curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 --output "$scratch/$1" "$download/$1"
      elif command -v wget >/dev/null; then
        wget --https-only --quiet --output-document="$scratch/$1" "$download/$1"
      else
        fail "neither curl nor wget is here"
      fi
      ;;
    *://*) fail "FLOWBIND_DOWNLOAD has to be an https address or a folder: $download" ;;
    *) cp -- "$download/$1" "$scratch/$1" ;;
  esac || fail "could not get $1 from $download"
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1"
  elif command -v shasum >/dev/null; then
    shasum -a 256 <"$1"
  else
    fail "neither sha256sum nor shasum is here, so the archive cannot be verified"
  fi | cut -d ' ' -f 1
}

verify_checksum() {
  expected=${FLOWBIND_SHA256:-}
  if [ -n "$checksums" ]; then
    expected=$(printf '%s\n' "$checksums" | listed)
  elif [ -z "$expected" ]; then
    fetch SHA256SUMS
    expected=$(listed <"$scratch/SHA256SUMS")
  fi
  [ -n "$expected" ] || fail "the release lists no checksum of $archive"
  actual=$(sha256 "$scratch/$archive")
  if [ "$actual" != "$expected" ]; then
    fail "$archive is not what was released, and was not installed: its SHA-256 is $actual, and should be $expected"
  fi
}

# The checksum of the archive in a list of them.
listed() { awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }'; }

verify_attestation() {
  case ${FLOWBIND_ATTESTATION:-auto} in
    skip) return 0 ;;
    auto) missing=say ;;
    require) missing=fail ;;
    *) fail "FLOWBIND_ATTESTATION is auto, require or skip" ;;
  esac
  if [ -z "$repository" ]; then
    $missing "no repository is named, so the attestation was not verified"
    return 0
  fi
  if ! command -v gh >/dev/null; then
    $missing "the GitHub CLI (gh) is not here: the checksum was verified, the attestation was not"
    return 0
  fi
  # An older gh cannot say which tag a binary has to come from.
  if ! gh attestation verify --help 2>/dev/null | grep -q -- --source-ref; then
    $missing "this GitHub CLI (gh) is too old to verify the attestation: the checksum was verified, the attestation was not"
    return 0
  fi
  fetch attestation.jsonl
  gh attestation verify "$scratch/$archive" --bundle "$scratch/attestation.jsonl" --repo "$repository" \
    --signer-workflow "$repository/.github/workflows/release.yml" --source-ref "refs/tags/v$version" \
    --deny-self-hosted-runners >&2 || fail "$archive is not attested by $repository, and was not installed"
}

main() {
  version=${version:-${FLOWBIND_VERSION:?}}
  repository=${repository:-${FLOWBIND_REPOSITORY:-}}
  download=${FLOWBIND_DOWNLOAD:-https://github.com/$repository/releases/download/v$version}
  target=${FLOWBIND_TARGET:-$(target)}
  folder=${FLOWBIND_INSTALL_DIR:-${HOME:?}/.local/bin}
  name=flowbind-$target
  case $target in
    *-windows-*) archive=$name.zip program=flowbind.exe ;;
    *) archive=$name.tar.gz program=flowbind ;;
  esac

  umask 077
  scratch=$(mktemp -d)
  trap 'rm -rf -- "$scratch"' EXIT
  fetch "$archive"
  verify_checksum
  verify_attestation

  case $archive in
    *.zip) unzip -q "$scratch/$archive" "$name/$program" -d "$scratch" ;;
    *) tar -xzf "$scratch/$archive" -C "$scratch" "$name/$program" ;;
  esac
  chmod 755 "$scratch/$name/$program"
  (umask 022 && mkdir -p -- "$folder")
  # In two steps, so that a binary that runs is replaced whole.
  cp -- "$scratch/$name/$program" "$folder/.$program.$$"
  chmod 755 "$folder/.$program.$$"
  mv -f -- "$folder/.$program.$$" "$folder/$program"
  say "$("$folder/$program" --version) is in $folder"
  case :$PATH: in
    *":$folder:"*) ;;
    *) say "that folder is not in PATH" ;;
  esac
}

# At the end, so that half a download does nothing.
main
