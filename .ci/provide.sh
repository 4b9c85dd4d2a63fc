# shellcheck shell=bash
# Functions that install missing programs. The other scripts in this folder source this file.

# as_root COMMAND...: runs the command as root, or fails.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_updated=false

# apt_install PACKAGE...: installs Debian packages, or fails.
apt_install() {
  command -v apt-get >/dev/null || return 1
  if ! $apt_updated; then
    as_root apt-get -qq update || return 1
    apt_updated=true
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

# provide COMMAND PACKAGE...: installs the packages if the command is missing, and fails if it is still missing.
provide() {
  command -v "$1" >/dev/null || { echo "ci: installing ${*:2}"; apt_install "${@:2}" && command -v "$1" >/dev/null; }
}

# major_version JAVA_HOME: prints 25 for a JDK 25, and nothing if there is no compiler.
major_version() {
  [ -x "$1/bin/javac" ] || return 0
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
}

# find_jdk: prints the home of the first JDK 25 or newer.
find_jdk() {
  local home major
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    [ -n "$home" ] || continue
    major=$(major_version "$home")
    if [ -n "$major" ] && [ "$major" -ge 25 ]; then
      echo "$home"
      return 0
    fi
  done
  return 1
}

# provide_node_modules FOLDER: installs the pinned packages of .ci/node into FOLDER/node_modules, or fails. Tries three times, because
# the registry may be busy.
provide_node_modules() {
  local attempt
  provide node nodejs && provide npm npm || return 1
  cp .ci/node/package.json .ci/node/package-lock.json "$1/" || return 1
  for attempt in 1 2 3; do
    if (cd "$1" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error); then return 0; fi
    echo "ci: npm ci failed, attempt $attempt of 3" >&2
    sleep $((attempt * 5))
  done
  return 1
}
