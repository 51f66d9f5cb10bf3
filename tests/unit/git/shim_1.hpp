// SPDX-License-Identifier: MIT
#pragma once

namespace rfsn::test {

/// hooks/shim.sh as version 1 was.
inline constexpr const char* shim_1 = R"sh(#!/bin/sh
# git-rfsn hook shim, version 1: written by `git rfsn init`, removed by `git rfsn uninstall`.
# It runs the hook that was here before, if there was one, and then the gate. If the gate can't run, the commit stops.
name=@NAME@
program=@PROGRAM@

case $0 in
*/*) self=$0 ;;
*) self=./$0 ;;
esac
chained=$self.rfsn-chained

missing() {
    {
        echo "git-rfsn: the program behind this $name hook is missing or can't be run: $program"
        echo "  to repair:      install git-rfsn again, then run: git rfsn init"
        if [ -e "$chained" ] || [ -L "$chained" ]; then
            echo "  to do without:  mv -f '$chained' '$self'   (puts your earlier hook back)"
        else
            echo "  to do without:  delete the file $self"
        fi
    } >&2
    exit 1
}

find_program() {
    [ -f "$program" ] && [ -x "$program" ] && return 0
    found=$(command -v git-rfsn 2>/dev/null) || return 1
    [ -f "$found" ] && [ -x "$found" ] || return 1
    program=$found
}

if [ "$name" = pre-push ]; then
    # Git says on stdin what is pushed, once; both of us want to read it.
    input=$(cat)
    feed() {
        [ -z "$input" ] || printf '%s\n' "$input"
    }
    if [ -x "$chained" ]; then
        feed | "$chained" "$@" || exit $?
    fi
    find_program || missing
    feed | "$program" hook "$name" "$@"
    exit $?
fi

if [ -x "$chained" ]; then
    "$chained" "$@" || exit $?
fi
find_program || missing
exec "$program" hook "$name" "$@"
)sh";

}  // namespace rfsn::test
