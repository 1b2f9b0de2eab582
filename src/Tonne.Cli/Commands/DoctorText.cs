using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary>Writes the result of <c>tonne doctor</c> for a person.</summary>
static class DoctorText
{
    const string Green = "32";
    const string Yellow = "33";
    const string Faint = "2";

    public static void Write(CommandContext context, DiagnosticsReport found, string home)
    {
        var text = new WrappedTextWriter(context);
        var machine = found.Machine;
        text.WriteLabelled("machine   ", $"{EnumWords.Format(machine.Kind)}, {machine.Cpu}{(machine.Microarchitecture is { } name ? $" ({name})" : "")}, {machine.Threads} threads, {DisplayValue.FormatBytes(machine.MemoryBytes)}{(machine.Virtual ? ", virtual" : "")}{(machine.Gpus is { Count: > 0 } gpus ? $"; {string.Join(", ", gpus)}" : "")}", Faint);
        text.WriteLabelled("place     ", Place(found.Place), Faint);
        text.WriteLabelled("ledger    ", home + DescribeWriteAccess(home), Faint);
        text.WriteBlankLine();
        text.WriteHeading("How each component's energy is known here:");
        var wide = Math.Max(8, found.Bases.Select(basis => NameOf(basis).Length).DefaultIfEmpty(0).Max());
        foreach (var basis in found.Bases)
            text.WriteLabelled($"  {NameOf(basis).PadRight(wide)} {basis.Quality.ToString().ToLowerInvariant(),-9} ", basis.Why, basis.Quality == Quality.Measured ? Green : Yellow);
        text.WriteLabelled($"  {"plug".PadRight(wide)} {"",-9} ", $"modelled, without GPUs: {DisplayValue.Format(found.IdleWatts.Best, "W")} idle ({found.IdleWatts.Low:0.#}–{found.IdleWatts.High:0.#}), {DisplayValue.Format(found.FullWatts.Best, "W")} at full load ({found.FullWatts.Low:0.#}–{found.FullWatts.High:0.#})", Faint);
        text.WriteBlankLine();
        text.WriteHeading(found.Meters.Count == 0 ? "Meters here: none." : "Meters here:");
        var column = Math.Clamp(found.Meters.Select(meter => meter.Meter.Id.Length).Concat(found.Missing.Select(missing => missing.Id.Length)).DefaultIfEmpty(0).Max(), 12, 28);
        foreach (var meter in found.Meters)
            text.WriteLabelled($"  {TextSanitizer.ToOneLine(meter.Meter.Id).PadRight(column)} ", meter.Problem is { } problem ? "cannot be read: " + problem : meter.Meter.Note ?? "", meter.Problem is null ? Green : Yellow);
        if (found.Missing.Count > 0)
        {
            text.WriteBlankLine();
            text.WriteHeading("Meters not here:");
            foreach (var missing in found.Missing)
            {
                text.WriteLabelled($"  {TextSanitizer.ToOneLine(missing.Id).PadRight(column)} ", $"{missing.Reason} ({missing.Path})", Yellow);
                if (missing.Advisory is not null)
                    text.WriteLabelled($"  {"".PadRight(column)} security: ", missing.Advisory);
                WriteRemedies(text, missing.Remedies);
            }
        }

        text.WriteBlankLine();
        if (found.ControlGroup is { } group)
        {
            text.WriteLabelled("", group.IsSupported
                ? $"A job's CPU time is counted exactly, by a control group (version {group.Version}, {group.Folder})."
                : "A job's CPU time is read from its processes; children that end between two samples may be missed:");
            foreach (var refusal in group.IsSupported ? [] : group.RefusalReasons)
                text.WriteLabelled("  ", refusal);
            WriteRemedies(text, group.IsSupported ? [] : group.Remedies);
        }

        if (found.Cost is { } cost)
            text.WriteLabelled("", $"One sample of {cost.Meters} meters costs {cost.CpuMicroseconds:0} µs of CPU time (mean of {cost.Samples}).");
        foreach (var warning in found.Warnings)
            text.WriteLabelled("warning: ", WarningText.Format(warning), Yellow);
    }

    static string NameOf(ComponentBasis basis) => basis.Device is null ? EnumWords.Format(basis.Component) : $"{EnumWords.Format(basis.Component)}:{basis.Device}";

    static void WriteRemedies(WrappedTextWriter text, IReadOnlyList<Remedy> remedies)
    {
        foreach (var remedy in remedies)
        {
            text.WriteLabelled("    - ", $"{remedy.Summary}{(remedy.PersistsAcrossReboots ? "" : " (until the next boot)")}");
            if (remedy.Command is { } command)
                text.WriteVerbatim("        ", command);
        }
    }

    static string Place(Place place) => (place.Region ?? place.Zone ?? (place.IntensityGramsPerKwh is { } grams ? $"{grams} g CO2e/kWh" : null)) is { } where
        ? $"{where}, by {EnumWords.Format(place.How)}{(place.Detail is { } detail ? $" ({detail})" : "")}{(place.Guessed ? "; set 'zone: XX' in tonne.yaml to settle it" : "")}"
        : $"unknown ({place.Detail}); set 'zone: XX' in tonne.yaml, else the world's mean is used, with wide bounds";

    static string DescribeWriteAccess(string home)
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
