using System.Text.Json;

namespace Tonne.Trials.Measuring;

/// <summary>
/// A folder tree that replaces a machine (docs/formats/sysroot.md), whose energy counters are written by the child of the run.
/// </summary>
/// <remarks>
/// Because the child changes the counters, the first sample reads them before their first joule and the last one after their last: the
/// energy is known to the microjoule.
/// </remarks>
sealed class StandInMachine
{
    readonly TonneCommand _tonne;
    readonly List<Counter> _counters = [];
    readonly List<Moved> _steps = [];

    internal StandInMachine(TonneCommand tonne)
    {
        _tonne = tonne;
        Root = tonne.At("machine");
        foreach (var file in new[] { "proc/cpuinfo", "proc/meminfo", "proc/sys/kernel/ostype", "proc/sys/kernel/osrelease", "etc/os-release" })
            Write(file, File.ReadAllText("/" + file));
    }

    internal string Root { get; }

    /// <summary>Adds a zone.</summary>
    /// <param name="id">Folder name, for example <c>intel-rapl:0:2</c>.</param>
    /// <param name="name">What it calls itself.</param>
    /// <param name="start">First value, in µJ.</param>
    /// <param name="range">Largest value, in µJ; 2^32 − 1 units of 61 µJ by default, as on many servers.</param>
    /// <returns>Its index.</returns>
    internal int Zone(string id, string name, long start = 1_000_000_000, long range = 262_143_328_850)
    {
        Write($"sys/class/powercap/{id}/name", name + "\n");
        Write($"sys/class/powercap/{id}/max_energy_range_uj", $"{range}\n");
        Write($"sys/class/powercap/{id}/energy_uj", $"{start:D18}\n");
        _counters.Add(new Counter(Path.Combine(Root, "sys/class/powercap", id, "energy_uj"), start, range));
        return _counters.Count - 1;
    }

    /// <summary>Adds a step: joules of each zone in the order they were added.</summary>
    internal StandInMachine Step(double seconds, double[] joules, string? stage = null, params object[][] acts)
    {
        _steps.Add(new Moved(stage, seconds, joules, acts));
        return this;
    }

    /// <summary>Runs the steps under <c>tonne run</c>, which must succeed.</summary>
    internal async Task<RunJson> PlayAsync(string period = "100ms", params string[] options)
    {
        var (finished, run) = await TryPlayAsync(period, options);
        finished.Expect(0);
        ChargeTrials.Conserved(run);
        return run;
    }

    /// <summary>Runs the steps under <c>tonne run</c>, whatever the result.</summary>
    internal async Task<(Finished Finished, RunJson Run)> TryPlayAsync(string period, params string[] options)
    {
        var plan = _tonne.Write("plan.json", JsonSerializer.Serialize(new { counters = _counters, steps = _steps }, JsonSerializerOptions.Web));
        return await _tonne.MeasureAsync(["-q", "--sysroot", Root, "--period", period, .. options],
            Needs.Python(), Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Measuring", "counters.py"), plan, Path.Combine(TonneCommand.Repository, "clients", "python"));
    }

    /// <summary>Writes a file of the machine.</summary>
    internal void Write(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    sealed record Counter(string Path, long Start, long Range);

    sealed record Moved(string? Stage, double Seconds, double[] Joules, object[][] Acts);
}
