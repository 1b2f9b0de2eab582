using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>Who keeps the machine busy: the CPU time of every process at two moments.</summary>
sealed class ProcessCpuSnapshot
{
    readonly FileTree _tree;
    readonly Dictionary<(string Id, long Start), long> _before;

    /// <summary>Takes the first look.</summary>
    public ProcessCpuSnapshot(FileTree tree)
    {
        _tree = tree;
        _before = ReadProcesses().ToDictionary(one => (one.Id, one.Stat.StartTicks), one => one.Stat.OwnNanoseconds);
    }

    /// <summary>Takes the second look: the busiest first, ourselves left out.</summary>
    /// <param name="seconds">Time since the first look.</param>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<BusyProcess> FindBusiest(double seconds, int count = 3)
    {
        var busy = new List<BusyProcess>();
        foreach (var (id, name, stat) in ReadProcesses())
        {
            var number = int.Parse(id, CultureInfo.InvariantCulture);
            var threads = (stat.OwnNanoseconds - _before.GetValueOrDefault((id, stat.StartTicks))) / (seconds * 1e9);
            if (threads > 0.02 && number != Environment.ProcessId)
                busy.Add(new BusyProcess(number, name, threads));
        }

        return [.. busy.OrderByDescending(one => one.Threads).Take(count)];
    }

    IEnumerable<(string Id, string Name, ProcessStat Stat)> ReadProcesses()
    {
        foreach (var id in _tree.ListNames("proc"))
        {
            if (id.Length is 0 or > 9 || id.AsSpan().ContainsAnyExceptInRange('0', '9'))
                continue;
            var bytes = _tree.ReadBytes($"proc/{id}/stat", out _);
            if (ProcessStat.TryParse(bytes, out var stat) && !stat.IsDead)
                yield return (id, ParseName(bytes), stat);
        }
    }

    static string ParseName(ReadOnlySpan<byte> stat)
    {
        var (open, close) = (stat.IndexOf((byte)'('), stat.LastIndexOf((byte)')'));
        return open >= 0 && close > open ? System.Text.Encoding.UTF8.GetString(stat[(open + 1)..close]) : "?";
    }
}
