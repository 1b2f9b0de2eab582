using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tonne.Trials.Calibrating;

/// <summary>
/// A simulated machine with a known law: packages 10 + 60 · L watts, the plug 25 + 1.3 · packages. It works as hard as it is asked, and
/// writes its load to its own <c>proc/stat</c>.
/// </summary>
sealed class ActingMachine : IDisposable
{
    readonly CancellationTokenSource _off = new();
    readonly FileStream _stat;
    readonly FileStream _energy;
    readonly Task _acting;
    double _load;

    internal ActingMachine(TonneCommand tonne)
    {
        Root = tonne.At("acting");
        foreach (var file in new[] { "proc/cpuinfo", "proc/meminfo", "proc/sys/kernel/ostype", "proc/sys/kernel/osrelease", "etc/os-release" })
            Write(file, File.ReadAllText("/" + file));
        Write("sys/class/powercap/intel-rapl:0/name", "package-0\n");
        Write("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850\n");
        _energy = Open("sys/class/powercap/intel-rapl:0/energy_uj");
        _stat = Open("proc/stat");
        Show(0, 0);
        _acting = ActAsync();
    }

    /// <summary>Folder of its files.</summary>
    internal string Root { get; }

    /// <summary>Busy share of its threads, 0 to 1.</summary>
    internal double Load
    {
        get => Volatile.Read(ref _load);
        set => Volatile.Write(ref _load, value);
    }

    /// <summary>W of its packages now.</summary>
    internal double PackageWatts => 10 + (60 * Load);

    /// <summary>W at its plug now.</summary>
    internal double PlugWatts => 25 + (1.3 * PackageWatts);

    public void Dispose()
    {
        _off.Cancel();
        _acting.Wait();
        _stat.Dispose();
        _energy.Dispose();
        _off.Dispose();
    }

    FileStream Open(string path)
    {
        Write(path, "");
        return new FileStream(Path.Combine(Root, path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    void Write(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    async Task ActAsync()
    {
        var (joules, busy, clock) = (0d, 0d, Stopwatch.StartNew());
        var last = 0d;
        while (!_off.IsCancellationRequested)
        {
            var now = clock.Elapsed.TotalSeconds;
            joules += PackageWatts * (now - last);
            busy += Load * Environment.ProcessorCount * (now - last);
            last = now;
            Show(joules, busy);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Each value is one write of fixed width, so a reader sees the old numbers or the new ones.</summary>
    void Show(double joules, double busySeconds)
    {
        RandomAccess.Write(_energy.SafeFileHandle, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{1_000_000_000 + (long)(joules * 1e6):D18}\n")), 0);
        RandomAccess.Write(_stat.SafeFileHandle, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cpu  {(long)(busySeconds * 100):D12} 0 0 100000 0 0 0 0 0 0\n")), 0);
    }
}
