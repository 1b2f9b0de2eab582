using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Instruments.Examining;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary>An examination as a person reads it.</summary>
static class DoctorScreen
{
    const string Green = "32";
    const string Yellow = "33";
    const string Faint = "2";

    public static void Write(Surroundings around, Examination found, string home)
    {
        var text = new WrappedText(around);
        var machine = found.Machine;
        text.Labelled("machine   ", $"{machine.Kind}, {machine.Cpu}{(machine.Microarchitecture is { } name ? $" ({name})" : "")}, {machine.Threads} threads, {Readout.Bytes(machine.MemoryBytes)}{(machine.Virtual ? ", virtual" : "")}{(machine.Gpus is { Count: > 0 } gpus ? $"; {string.Join(", ", gpus)}" : "")}", Faint);
        text.Labelled("place     ", Place(found.Place), Faint);
        text.Labelled("ledger    ", home + Writable(home), Faint);
        text.Blank();
        text.Heading("How each component's energy is known here:");
        var wide = Math.Max(8, found.Bases.Select(basis => NameOf(basis).Length).DefaultIfEmpty(0).Max());
        foreach (var basis in found.Bases)
            text.Labelled($"  {NameOf(basis).PadRight(wide)} {basis.Quality.ToString().ToLowerInvariant(),-9} ", basis.Why, basis.Quality == Quality.Measured ? Green : Yellow);
        text.Labelled($"  {"plug".PadRight(wide)} {"",-9} ", $"modelled, without GPUs: {Readout.Of(found.IdleWatts.Best, "W")} idle ({found.IdleWatts.Low:0.#}–{found.IdleWatts.High:0.#}), {Readout.Of(found.FullWatts.Best, "W")} at full load ({found.FullWatts.Low:0.#}–{found.FullWatts.High:0.#})", Faint);
        text.Blank();
        text.Heading(found.Meters.Count == 0 ? "Meters here: none." : "Meters here:");
        var column = Math.Clamp(found.Meters.Select(meter => meter.Meter.Id.Length).Concat(found.Missing.Select(missing => missing.Id.Length)).DefaultIfEmpty(0).Max(), 12, 28);
        foreach (var meter in found.Meters)
            text.Labelled($"  {Printable.OneLine(meter.Meter.Id).PadRight(column)} ", meter.Problem is { } problem ? "cannot be read: " + problem : meter.Meter.Note ?? "", meter.Problem is null ? Green : Yellow);
        if (found.Missing.Count > 0)
        {
            text.Blank();
            text.Heading("Meters not here:");
            foreach (var missing in found.Missing)
            {
                text.Labelled($"  {Printable.OneLine(missing.Id).PadRight(column)} ", $"{missing.Reason} ({missing.Path})", Yellow);
                if (missing.Advisory is not null)
                    text.Labelled($"  {"".PadRight(column)} security: ", missing.Advisory);
                Remedies(text, missing.Remedies);
            }
        }

        text.Blank();
        if (found.ControlGroup is { } group)
        {
            text.Labelled("", group.Possible
                ? $"A job's CPU time is counted exactly, by a control group (version {group.Version}, {group.Where})."
                : "A job's CPU time is counted from what its processes say; children that vanish unseen may be missed:");
            foreach (var refusal in group.Possible ? [] : group.Refusals)
                text.Labelled("  ", refusal);
            Remedies(text, group.Possible ? [] : group.Remedies);
        }

        if (found.Cost is { } cost)
            text.Labelled("", $"One sample of {cost.Meters} meters costs {cost.CpuMicroseconds:0} µs of CPU time (mean of {cost.Samples}).");
        foreach (var doubt in found.Doubts)
            text.Labelled("doubt: ", doubt.Text, Yellow);
    }

    static string NameOf(ComponentBasis basis) => basis.Device is null ? basis.Component.ToString().ToLowerInvariant() : $"{basis.Component.ToString().ToLowerInvariant()}:{basis.Device}";

    static void Remedies(WrappedText text, IReadOnlyList<Remedy> remedies)
    {
        foreach (var remedy in remedies)
        {
            text.Labelled("    - ", $"{remedy.Summary}{(remedy.LastsAcrossBoots ? "" : " (until the next boot)")}");
            if (remedy.Command is { } command)
                text.Verbatim("        ", command);
        }
    }

    static string Place(Place place) => (place.Region ?? place.Zone ?? (place.IntensityGramsPerKwh is { } grams ? $"{grams} g CO2e/kWh" : null)) is { } where
        ? $"{where}, by {place.How}{(place.Detail is { } detail ? $" ({detail})" : "")}{(place.Guessed ? "; set 'zone: XX' in tonne.yaml to settle it" : "")}"
        : $"unknown ({place.Detail}); set 'zone: XX' in tonne.yaml, else the world's mean is used, with wide bounds";

    static string Writable(string home)
    {
        try
        {
            Directory.CreateDirectory(home);
            var probe = Path.Combine(home, $".probe-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return ", writable";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $", NOT writable: {error.Message} Set TONNE_HOME to a folder you may write to.";
        }
    }
}
