#!/bin/sh
# Runs a command on the base branch and here, and prints the difference of energy and emissions as Markdown.
#
#   compare-branches.sh BASE [LIMIT] -- COMMAND…
#
# BASE is a branch or commit, LIMIT what the command may use here, such as 50g or 0.2kWh: above it the exit code is 1.
# What the command prints goes to standard error, the Markdown to standard output. TONNE names the program, tonne by default.
set -eu

usage() {
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

[ $# -ge 3 ] || usage
base=$1
shift
limit=
if [ "$1" != -- ]; then
    limit=$1
    shift
fi
[ "$1" = -- ] && [ $# -ge 2 ] || usage
shift

tonne=${TONNE:-tonne}
case $tonne in
    */*) tonne=$(realpath "$tonne") ;;
esac
work=$(mktemp -d)
trap 'git worktree remove --force "$work/base" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM
git worktree add --quiet --detach "$work/base" "$base"
# A ledger of its own, so that nothing else is compared.
export TONNE_HOME="$work/ledger"

(cd "$work/base" && "$tonne" run --quiet --name base --tag "branch=$base" -- "$@") >&2
code=0
"$tonne" run --quiet --name head --tag branch=head ${limit:+--fail-over "$limit"} -- "$@" >&2 || code=$?

echo "### Energy and emissions against \`$base\`"
echo
echo '```'
"$tonne" compare base head
echo '```'
if [ "$code" -ne 0 ]; then
    echo
    echo "**The command failed or used more than ${limit:-it may} (exit code $code).**"
fi
exit "$code"
