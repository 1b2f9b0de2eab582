#!/bin/sh
# Three stages on text that every Debian machine has: collect -> clean -> count.
#
#   tonne run -- examples/shell/pipeline.sh [FOLDER]
#
# The marks need nothing but the command itself; outside a run they are skipped. $TONNE names another tonne than the one on the path.
set -eu

folder=${1:-/usr/share/common-licenses}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Says a mark inside a run; must not stop the pipeline where there is no run, or no tonne.
mark() {
    [ -z "${TONNE_RUN:-}" ] || "${TONNE:-tonne}" mark "$@" || true
}

rows() {
    wc -l < "$1" | tr -d ' '
}

# Every line of every text, with the file it is from: two columns.
mark stage collect
for text in "$folder"/*; do
    [ ! -f "$text" ] || awk -v from="${text##*/}" '{ print from "\t" $0 }' "$text"
done > "$work/collected"
collected=$(rows "$work/collected")
mark stage collect --out "${collected}x2"

# Without empty lines and lines that were there before, in one case: one column.
mark stage clean --in "${collected}x2"
cut -f 2 "$work/collected" | tr '[:upper:]' '[:lower:]' | tr -cs '[:alpha:]\n' ' ' | sed 's/^ *//; s/ *$//; /^$/d' | awk '!seen[$0]++' > "$work/clean"
clean=$(rows "$work/clean")
mark stage clean --out "${clean}x1"

# How often each word occurs: two columns.
mark stage count --in "${clean}x1"
tr ' ' '\n' < "$work/clean" | sort | uniq -c | sort -k1,1nr -k2 > "$work/counts"
mark stage count --out "$(rows "$work/counts")x2"

echo "$collected lines, $clean different ones, $(rows "$work/counts") words; the most frequent:"
head -n 5 "$work/counts"
