"""Plays a person at a terminal. Reads {"command": [...], "rows": n, "columns": n, "steps": [...]} on standard input and
writes {"screen": hex of all bytes shown, "status": wait status, "missed": text not seen in time or null} on standard output.

Steps: ["expect", text] waits until the text shows up after what was already expected; ["send", text] types it;
["size", rows, columns] resizes the window; ["signal", n, pattern] sends a signal to the process id that the pattern's
group finds on the screen; ["hangup"] closes the terminal; ["silence", seconds] fails when anything shows up.
"""
import fcntl, json, os, pty, re, select, signal, struct, sys, termios, time

PATIENCE = float(os.environ.get("TERMINAL_PATIENCE", "30"))


def size(descriptor, rows, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    task = json.load(sys.stdin)
    pid, master = pty.fork()
    if pid == 0:
        size(0, task["rows"], task["columns"])
        os.environ["TERM"] = "xterm-256color"
        os.execvp(task["command"][0], task["command"])
    screen, seen, missed = b"", 0, None

    def more(timeout):
        nonlocal screen
        if not select.select([master], [], [], timeout)[0]:
            return False
        try:
            data = os.read(master, 65536)
        except OSError:
            return None
        screen += data
        return True if data else None

    for step in task["steps"]:
        verb = step[0]
        if verb == "expect":
            wanted, end = step[1].encode(), time.monotonic() + PATIENCE
            while wanted not in screen[seen:]:
                if time.monotonic() > end or more(0.1) is None:
                    missed = step[1]
                    break
            if missed is not None:
                break
            seen = screen.index(wanted, seen) + len(wanted)
        elif verb == "send":
            os.write(master, step[1].encode())
        elif verb == "size":
            size(master, step[1], step[2])
        elif verb == "signal":
            os.kill(int(re.search(step[2].encode(), screen).group(1)), step[1])
        elif verb == "silence":
            if more(step[1]):
                missed = "silence"
                break
    if missed is not None:
        os.kill(pid, signal.SIGKILL)
    def ended():
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    end, closed = time.monotonic() + PATIENCE, False
    while not ended() and time.monotonic() < end:
        if closed:
            time.sleep(0.01)
        else:
            closed = more(0.05) is None
    while not closed and more(0.2):
        pass
    if not ended():
        missed = missed or "the end"
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    json.dump({"screen": screen.hex(), "status": os.waitstatus_to_exitcode(status), "missed": missed}, sys.stdout)


main()
