using System.Globalization;
using System.Runtime.InteropServices;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nvidia;
using Tonne.Instruments.Processes;
using Tonne.NvmlStandIn;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.Nvidia;

/// <summary>A machine with scripted GPUs behind NVML's own functions, and a clock set by hand.</summary>
sealed unsafe class ScriptedGpus : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-gpus-");
    readonly nint _library;
    readonly List<NvidiaMeters> _found = [];
    long _micros;

    /// <summary>Loads a script (tests/nvml-stand-in/README.md).</summary>
    internal ScriptedGpus(string script, params string[] without)
    {
        Assert.SkipUnless(StandInLibrary.CanBuild, StandInLibrary.NoCompiler);
        Path = StandInLibrary.CopyInto(_folder.FullName, without);
        _library = NativeLibrary.Load(Path);
        var file = System.IO.Path.Combine(_folder.FullName, "script");
        File.WriteAllText(file, script);
        var text = Marshal.StringToCoTaskMemUTF8(file);
        var code = ((delegate* unmanaged<nint, int>)NativeLibrary.GetExport(_library, "nvml_stand_in_load"))(text);
        Marshal.FreeCoTaskMem(text);
        Assert.Equal(0, code);
    }

    internal string Path { get; }

    /// <summary>The environment of the job.</summary>
    internal Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the driver's process ids are the job's.</summary>
    internal bool IdsAreOurs { get; init; } = true;

    /// <summary>Processes that live.</summary>
    internal HashSet<int> Alive { get; } = [];

    /// <summary>What the machine shows through the instrument.</summary>
    internal NvidiaMeters Find()
    {
        var gpus = new NvidiaMeters(FileTree.Local, new DiscoveryOptions { NvmlLibrary = Path, EnvironmentVariable = name => Variables.GetValueOrDefault(name), Time = new Wall(() => _micros) },
            new GpuProcessFilter(IdsAreOurs, Alive.Contains));
        _found.Add(gpus);
        return gpus;
    }

    /// <summary>Sets the clock.</summary>
    /// <returns>The same time as a sample's timestamp, in ns.</returns>
    internal long At(double seconds)
    {
        _micros = (long)Math.Round(seconds * 1e6);
        ((delegate* unmanaged<long, void>)NativeLibrary.GetExport(_library, "nvml_stand_in_set_time_us"))(_micros);
        return _micros * 1_000;
    }

    /// <summary>The truth between two times, in J.</summary>
    internal double Joules(double from, double to, int gpu = 0) =>
        ((delegate* unmanaged<uint, long, long, double>)NativeLibrary.GetExport(_library, "nvml_stand_in_joules"))((uint)gpu, (long)Math.Round(from * 1e6), (long)Math.Round(to * 1e6));

    /// <summary>How often a function was called.</summary>
    internal long Calls(string symbol = "")
    {
        var text = Marshal.StringToCoTaskMemUTF8(symbol);
        var calls = ((delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(_library, "nvml_stand_in_calls"))(text);
        Marshal.FreeCoTaskMem(text);
        return (long)calls;
    }

    /// <summary>Sets the clock and reads every meter, as a sampler does.</summary>
    internal Dictionary<string, Reading> Sample(NvidiaMeters gpus, double seconds)
    {
        var timestamp = At(seconds);
        return gpus.Meters.ToDictionary(meter => meter.Description.Id, meter => meter.Read(timestamp));
    }

    public void Dispose()
    {
        foreach (var gpus in _found)
            gpus.Dispose();
        NativeLibrary.Free(_library);
        _folder.Delete(recursive: true);
    }

    /// <summary>A job that is a set of processes.</summary>
    internal sealed class Job(params int[] processes) : IJobProcesses
    {
        internal HashSet<int> Processes { get; } = [.. processes];

        internal int Asked { get; private set; }

        public bool Contains(int processId)
        {
            Asked++;
            return Processes.Contains(processId);
        }
    }

    /// <summary>The processor's clock, by which the stand-in stamps its samples: 1,790,000,000 s at time 0.</summary>
    sealed class Wall(Func<long> micros) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_790_000_000).AddMicroseconds(micros());
    }

    internal static string Seconds(double seconds) => seconds.ToString("0.######", CultureInfo.InvariantCulture);
}
