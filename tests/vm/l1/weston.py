# SPDX-License-Identifier: GPL-2.0
"""A desktop in the Debian guest: weston with the pixman renderer, and a terminal on it."""

COMMAND = ("weston --backend=drm-backend.so --use-pixman --tty=1 --continue-without-input"
           " --config=/tmp/weston.ini --socket=wayland-kv")
SETTINGS = r"[core]\nidle-time=0\n[shell]\nbackground-color=0xff204a70\n[terminal]\nfont-size=18\n"


def start(guest):
    """Starts it; true when it is up.  What it says goes to /tmp/weston.log."""
    guest.sh(f'printf "{SETTINGS}" >/tmp/weston.ini; ({COMMAND} >/tmp/weston.log 2>&1 &)')
    status, _ = guest.sh("for i in $(seq 60); do pidof weston-desktop-shell && exit; sleep 1; done;"
                         " false")
    return status == 0


def terminal(guest, script):
    """A terminal that runs a script, given as printf likes it."""
    guest.sh(f'printf "{script}" >/tmp/show; chmod +x /tmp/show;'
             " (WAYLAND_DISPLAY=wayland-kv weston-terminal --shell=/tmp/show >/tmp/term.log 2>&1 &)")
