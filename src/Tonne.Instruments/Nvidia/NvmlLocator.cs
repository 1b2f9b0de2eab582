using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.Nvidia;

/// <summary>Finds the NVML library, and states the remedy if it is missing or does not answer.</summary>
static class NvmlLocator
{
    // What a working driver, a container with one, and Linux inside Windows show.
    static readonly string[] DriverFiles = ["dev/nvidiactl", "proc/driver/nvidia/version", "dev/dxg"];

    static readonly string[] Libraries =
    [
        "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1", "usr/lib64/libnvidia-ml.so.1", "usr/lib/wsl/lib/libnvidia-ml.so.1",
    ];

    /// <summary>
    /// Finds the library. A stand-in for a machine has none unless one is given; a machine without a sign of the driver is not searched:
    /// loading costs more than a look.
    /// </summary>
    internal static bool TryFind(FileTree tree, string? configuredPath, string defaultLibrary, List<MissingMeter> missing, out string path)
    {
        path = configuredPath ?? defaultLibrary;
        if (configuredPath is not null)
            return true;
        if (tree.IsSysroot)
            return false;
        if (OperatingSystem.IsWindows())
        {
            foreach (var folder in new[] { Environment.SystemDirectory, Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "NVIDIA Corporation", "NVSMI") })
            {
                path = Path.Join(folder, "nvml.dll");
                if (File.Exists(path))
                    return true;
            }

            return false;
        }

        foreach (var sign in DriverFiles)
        {
            if (!tree.Exists(sign))
                continue;
            // Not on the loader's path in every distribution of Linux inside Windows.
            if (sign == "dev/dxg" && !tree.Exists(Libraries[^1]))
                continue;
            if (sign == "dev/dxg")
                path = tree.GetFullPath(Libraries[^1]);
            return true;
        }

        foreach (var library in Libraries)
        {
            if (tree.Exists(library))
            {
                path = tree.GetFullPath(library);
                return true;
            }
        }

        if (tree.Exists("sys/module/nouveau"))
        {
            missing.Add(new MissingMeter("nvml", tree.GetFullPath("sys/module/nouveau"), "an NVIDIA card is driven by nouveau, which reports no energy", null,
                [new Remedy("install NVIDIA's own driver", null, PersistsAcrossReboots: true)]));
        }

        return false;
    }

    /// <summary>There is a driver, or a path was given, and the library does not load.</summary>
    internal static MissingMeter CreateNotLoaded(string path, string reason) => new("nvml", path, "NVIDIA's management library does not load: " + reason, null,
    [
        new Remedy("install the library of the driver in use (Debian, Ubuntu: libnvidia-ml1 or libnvidia-compute-NNN; others: nvidia-utils)", null, PersistsAcrossReboots: true),
        .. GetContainerRemedies(),
        new Remedy("or name it, here or as nvml in tonne.yaml", "TONNE_NVML=/path/to/libnvidia-ml.so.1 tonne run -- COMMAND", PersistsAcrossReboots: false),
    ]);

    /// <summary>The library, or one of its GPUs, refuses.</summary>
    internal static MissingMeter CreateRefused(string id, string path, int code) => new(id, path, NvmlReturn.Describe(code), null, GetRemedies(code));

    /// <summary>Ways out of a refusal.</summary>
    internal static IReadOnlyList<Remedy> GetRemedies(int code) => code switch
    {
        NvmlReturn.VersionMismatch =>
        [
            new Remedy("reboot, so that the kernel loads the driver that was installed", "sudo reboot", PersistsAcrossReboots: true),
            new Remedy("or load it anew, with nothing running on the GPUs", "sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && sudo modprobe nvidia", PersistsAcrossReboots: true),
        ],
        NvmlReturn.DriverNotLoaded => [new Remedy("load the driver", "sudo modprobe nvidia", PersistsAcrossReboots: false)],
        NvmlReturn.NoPermission =>
        [
            new Remedy("see who may open the devices", "ls -l /dev/nvidia*", PersistsAcrossReboots: true),
            new Remedy("join the group that may (often video), and log in again", "sudo usermod -aG video \"$USER\"", PersistsAcrossReboots: true),
        ],
        NvmlReturn.OperatingSystem =>
        [
            .. GetContainerRemedies(),
            new Remedy("in a Slurm job, ask for the GPU: the others are blocked", "srun --gres=gpu:1 tonne run -- COMMAND", PersistsAcrossReboots: false),
        ],
        NvmlReturn.GpuIsLost or NvmlReturn.ResetRequired =>
        [
            new Remedy("read the kernel's log for its Xid", "sudo dmesg | grep -i xid", PersistsAcrossReboots: true),
            new Remedy("reset it, with nothing running on it", "sudo nvidia-smi --gpu-reset -i INDEX", PersistsAcrossReboots: true),
        ],
        _ => [],
    };

    /// <summary>Inside a container the runtime must pass the GPU and the library in.</summary>
    internal static IReadOnlyList<Remedy> GetContainerRemedies() =>
        [new Remedy("in a container, pass the GPUs and the management library in", "docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility …", PersistsAcrossReboots: false)];
}
