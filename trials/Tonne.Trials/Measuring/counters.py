"""Plays energy counters: counters.py PLAN CLIENTS. The plan is JSON:

{"counters": [{"path": file, "start": uJ, "range": uJ}], "steps": [{"stage": name or null, "seconds": s, "joules": [J per counter], "acts": [[act, index, ...]]}]}

During a step each counter grows evenly by its joules, to the microjoule at the step's end, whatever the clock did. Before its acts and
its stage a step waits still for a while, so that a sample taken there has seen all of the step before. Acts: lose (a folder in place of
the file), find (the file again), reset (to a value). A counter that is lost goes on counting.
"""
import json, os, sys, time

STILL = 0.06


class Counter:
    def __init__(self, path, start, range):
        self.path, self.total, self.modulus, self.file = path, start, range + 61 if range else None, None
        self.find()

    def show(self, more=0):
        value = self.total + more
        if self.modulus:
            value %= self.modulus
        if self.file is not None:
            # One write of one width: a reader sees the old number or the new one.
            os.pwrite(self.file, b"%018d\n" % value, 0)

    def lose(self):
        os.ftruncate(self.file, 0)
        os.close(self.file)
        self.file = None
        os.unlink(self.path)
        os.mkdir(self.path)

    def find(self):
        if os.path.isdir(self.path):
            os.rmdir(self.path)
        # In place: a reader keeps the file open, as it does with the kernel's.
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT)
        self.show()

    def reset(self, value):
        self.total = value
        self.show()


def main():
    sys.path.insert(0, sys.argv[2])
    from tonne import marks as tonne_marks

    with open(sys.argv[1]) as file:
        plan = json.load(file)
    counters = [Counter(**counter) for counter in plan["counters"]]
    for step in plan["steps"]:
        time.sleep(STILL)
        if step["stage"] and not tonne_marks.stage(step["stage"]).taken:
            sys.exit("the stage was not taken")
        for act, index, *rest in step["acts"]:
            getattr(counters[index], act)(*rest)
        microjoules = [round(joules * 1e6) for joules in step["joules"]]
        begin = time.monotonic()
        while (part := (time.monotonic() - begin) / step["seconds"]) < 1:
            for counter, whole in zip(counters, microjoules):
                counter.show(int(whole * part))
            time.sleep(0.003)
        for counter, whole in zip(counters, microjoules):
            counter.total += whole
            counter.show()
    time.sleep(STILL)


main()
