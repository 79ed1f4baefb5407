#!/bin/sh
# Installs Debian's Chromium where that is possible without asking anybody; otherwise says what is missing.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable microsoft-edge; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ "$(uname -s)" = Darwin ] && [ -d "/Applications/Google Chrome.app" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the static figures of the PDF ..."
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 && exit 0
fi
echo "No Chromium, Chrome or Edge found: the HTML will be made, the PDF without figures. Install one of them for the rest."
exit 0
