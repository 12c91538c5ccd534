# What the scripts share. Sourced, from any directory; sets ROOT and moves there.
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

say() { printf '\n== %s\n' "$*"; }

# Runs a command as root: directly, or by sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "This needs root to install packages: run it as root, or install sudo." >&2
    return 1
  fi
}

# Installs those of the named Debian packages that are missing; silent when none is.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" == *"ok installed"* ]] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  command -v apt-get >/dev/null || { echo "apt-get is missing: Nave builds on Debian 12." >&2; return 1; }
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local attempt
  for attempt in 1 2 3; do
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null &&
      return 0
    echo "apt failed (try $attempt of 3)" >&2
  done
  return 1
}

BUILD_PACKAGES=(build-essential cmake ninja-build pkg-config ccache mold git ca-certificates
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libabsl-dev libc-ares-dev liblmdb-dev
  libgtest-dev libgmock-dev libcli11-dev libyaml-cpp-dev libssl-dev libspdlog-dev prometheus-cpp-dev
  libmsgpack-cxx-dev nlohmann-json3-dev libidn2-dev libldns-dev libjemalloc-dev)
RUN_PACKAGES=(bind9 bind9-dnsutils bind9-utils knot dnsperf openssl iproute2 python3 python3-dnspython python3-grpcio
  python3-protobuf procps)
GATE_PACKAGES=(clang clang-format clang-tidy libclang-rt-14-dev llvm)

# What fetches Terraform and OpenTofu, which are skipped without it.
install_fetchers() {
  python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv || true
  command -v npm >/dev/null || install_packages npm || true
}

# A compiler cache that was filled by one checkout serves another.
export CCACHE_BASEDIR="$ROOT" CCACHE_NOHASHDIR=1

# One build may run on one tree at a time.
JOBS="${NAVE_JOBS:-$(nproc)}"

build_release() {
  cmake --preset release >/dev/null || cmake --preset release
  cmake --build --preset release -j "$JOBS" -- "$@"
}
