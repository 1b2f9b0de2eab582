"""The driver's own energy counters, read without tonne: a few lines of ctypes over NVML. counter.py prints them once; import it for more."""
import ctypes, json, os, time

NAMES = ["libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1"]


class Missing(Exception):
    pass


class Counters:
    def __init__(self, path=None):
        self.nvml = None
        for name in [path] if path else NAMES:
            try:
                self.nvml = ctypes.CDLL(name)
                break
            except OSError as error:
                why = str(error)
        if self.nvml is None:
            raise Missing(f"NVIDIA's management library does not load: {why}")
        code = self.nvml.nvmlInit_v2()
        if code:
            raise Missing(f"NVIDIA's management library does not start (code {code})")
        count = ctypes.c_uint()
        self.nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
        self.handles = []
        for index in range(count.value):
            handle = ctypes.c_void_p()
            if self.nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)) == 0:
                self.handles.append(handle)
        if not self.handles:
            raise Missing("the driver shows no GPU")

    def name(self, index):
        text = ctypes.create_string_buffer(96)
        self.nvml.nvmlDeviceGetName(self.handles[index], text, 96)
        return text.value.decode(errors="replace")

    def driver(self):
        text = ctypes.create_string_buffer(96)
        self.nvml.nvmlSystemGetDriverVersion(text, 96)
        return text.value.decode(errors="replace")

    def joules(self, index):
        """Energy since the driver was loaded, J; None if it is not reported."""
        value = ctypes.c_ulonglong()
        code = self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handles[index], ctypes.byref(value))
        return value.value / 1e3 if code == 0 else None

    def watts(self, index):
        value = ctypes.c_uint()
        code = self.nvml.nvmlDeviceGetPowerUsage(self.handles[index], ctypes.byref(value))
        return value.value / 1e3 if code == 0 else None

    def all(self):
        return [self.joules(index) for index in range(len(self.handles))]

    def refresh(self, index, seconds=3.0):
        """Time between changes of the counter, s, by hot polling: median and largest."""
        changes, last, begin = [], self.joules(index), time.monotonic()
        while (now := time.monotonic()) - begin < seconds:
            value = self.joules(index)
            if value != last:
                changes.append(now)
                last = value
        gaps = sorted(b - a for a, b in zip(changes, changes[1:]))
        return (gaps[len(gaps) // 2], gaps[-1]) if gaps else (None, None)


if __name__ == "__main__":
    counters = Counters(os.environ.get("TONNE_NVML"))
    print(json.dumps([{"name": counters.name(i), "joules": counters.joules(i), "watts": counters.watts(i)} for i in range(len(counters.handles))]))
