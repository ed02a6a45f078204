# SPDX-License-Identifier: Apache-2.0
# fish completion for sms2fa: what the program says about itself, as in bash's.

function __sms2fa_words
    set -l words (commandline -opc)
    if test (count $words) -eq 1
        $words[1] --help 2>/dev/null | string replace -rf '^  (--)?([a-z][a-z-]*) .*' '$1$2'
        return
    end
    if string match -q -- --import $words[-1]
        printf '%s\n' google-authenticator pam_oath gecos
        return
    end
    if test $words[2] = pam
        if test $words[-1] = --first
            printf '%s\n' password pin key
            return
        else if test (count $words) -eq 2
            printf '%s\n' enable disable status
        else
            path basename /etc/pam.d/*
        end
    end
    set -l usage ($words[1] $words[2] --help 2>/dev/null | string split -m 1 -n '' | string join ' ')
    test -n "$usage"; or return
    string match -ra -- '--[a-z][a-z-]*' "$usage --help"
    string match -q -- '*USER*' "$usage"; and __fish_complete_users
end

complete -c sms2fa -f -a '(__sms2fa_words)'
complete -c sms2fa -F -n 'string match -qr -- "--(config|socket|png)\$|--import|^(backup|restore)\$" (commandline -opc)'
