#!/bin/sh
# Installs OpenSSH's server for the tests of the SFTP connector, in containers and CI only: on a machine that boots,
# the package would start a server that nobody asked for. Without it AsyncSSH's server stands in.
set -u
[ -x /usr/sbin/sshd ] && exit 0
[ -d /run/systemd/system ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends openssh-server; } >/dev/null 2>&1
fi
exit 0
