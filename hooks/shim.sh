#!/bin/sh
# git-rfsn hook shim, version 2: written by `git rfsn init`, removed by `git rfsn uninstall`.
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

# Sets $shell and $flags if the earlier hook is a script of sh or bash that may be sourced.
find_shell() {
    # 256 bytes: the kernel reads no more. Standard error: a shell may complain about the NULs of a binary.
    { first=$(head -c 256 "$chained"); } 2>/dev/null || return 1
    case $first in
    '#!'*) ;;
    *) return 1 ;;
    esac
    IFS=' 	' read -r shell flags <<EOF
${first#??}
EOF
    case $shell in
    /usr/bin/env | /bin/env)
        case $flags in
        sh | bash) shell=$flags flags='' ;;
        '-S sh' | '-S bash') shell=${flags#-S } flags='' ;;
        '-S sh '* | '-S bash '*)
            flags=${flags#-S }
            shell=${flags%% *}
            flags=${flags#* }
            ;;
        *) return 1 ;;
        esac
        ;;
    /*/sh | /*/bash) ;;
    *) return 1 ;;
    esac
    case $flags in
    '') ;;
    -*[!efuvx]* | -) return 1 ;;
    -*) ;;
    *) return 1 ;;
    esac
    # A script that looks at whether it is sourced would do nothing.
    ! grep -q -e BASH_SOURCE -e '(return' "$chained"
}

# Hook managers look at $0 for the name and the directory of the hook; it stays what it was without us.
run_chained() {
    if find_shell; then
        # shellcheck disable=SC2016
        "$shell" ${flags:+"$flags"} -c 'rfsn_chained=$1; shift; . "$rfsn_chained"' "$0" "$chained" "$@"
    else
        "$chained" "$@"
    fi
}

if [ "$name" = pre-push ]; then
    # Git says on stdin what is pushed, once; both of us want to read it.
    input=$(cat)
    feed() {
        [ -z "$input" ] || printf '%s\n' "$input"
    }
    if [ -x "$chained" ]; then
        feed | run_chained "$@" || exit $?
    fi
    find_program || missing
    feed | "$program" hook "$name" "$@"
    exit $?
fi

if [ -x "$chained" ]; then
    run_chained "$@" || exit $?
fi
find_program || missing
exec "$program" hook "$name" "$@"
