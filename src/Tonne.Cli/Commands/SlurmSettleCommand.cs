using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Tonne.Cli.Configuration;
using Tonne.Cli.Grids;
using Tonne.Cli.Planning;
using Tonne.Cli.Slurm;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Instruments.Feeds;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne slurm settle</c>: what jobs saved by when they really ran, from <c>sacct</c>.</summary>
static class SlurmSettleCommand
{
    const double Percent = 100;

    public static Command Build(CommandContext context)
    {
        var jobs = new Argument<string[]>("JOB") { Description = "Ids of jobs", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<string>("--sacct") { Description = "Rows of sacct -X -D --parsable2, in place of a call", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.slurm-settlement/1)" };
        var series = new PlanOptions().Series;
        var command = new Command("settle", "Compute what jobs saved: when they ran by sacct, relative to a start at their submission, on observed intensities.") { jobs, file, series, json };
        foreach (var option in SettingOptions.Place)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var rows = ReadRows(context, parsed.GetValue(jobs)!, parsed.GetValue(file));
            var settings = SettingOptions.Resolve(parsed, context);
            var given = parsed.GetValue(series) is { } paths
                ? GridAccess.ReadFiles(GridAccess.SplitFiles(paths)).SelectMany(read => read.Content.Series).ToList() : [];
            var zone = FindZone(settings, given);
            var known = new KnownIntensities(GridAccess.OpenHistory(settings), given);
            var (settled, unsettled) = (new List<JobSettlement>(), new List<string>());
            foreach (var job in rows.GroupBy(row => row.Id))
            {
                if (JobSettlement.Settle([.. job], (from, to) => FindObserved(known, zone, from, to)) is { } done)
                    settled.Add(done);
                else
                    unsettled.Add(job.Key);
            }

            var document = new SettlementDocument(zone.Code, settled, unsettled);
            if (parsed.GetValue(json))
                context.Out.WriteLine(JsonSerializer.Serialize(document, SettlementJson.Default.SettlementDocument));
            else
                Write(context.Out, document);
            return 0;
        });
        return command;
    }

    static IReadOnlyList<AccountedJob> ReadRows(CommandContext context, string[] jobs, string? file)
    {
        if ((jobs.Length == 0) == (file is null))
            throw new InvalidInputException("which jobs? Give their ids, or the output of sacct with --sacct FILE.");
        if (jobs.FirstOrDefault(job => job.Length == 0 || !job.All(sign => char.IsAsciiDigit(sign) || sign is '_' or '+')) is { } wrong)
            throw new InvalidInputException($"'{wrong}' is not the id of a job.");
        try
        {
            string text;
            if (file is not null)
            {
                text = File.ReadAllText(Path.Combine(context.CurrentDirectory, file));
            }
            else
            {
                // Epochs, because local times are ambiguous in an hour of autumn.
                (var code, text, var error) = SlurmProgram.Run(
                    context, "sacct", ["-X", "--duplicates", "--parsable2", "--jobs=" + string.Join(',', jobs), "--format=" + AccountedJob.Fields], ("SLURM_TIME_FORMAT", "%s"));
                if (code != 0)
                    throw new InvalidInputException($"sacct failed: {TextSanitizer.ToOneLine(error)}");
            }

            var rows = AccountedJob.Parse(text, context.Time.LocalTimeZone);
            return rows.Count > 0 ? rows : throw new InvalidInputException("sacct knows no such job.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new InvalidInputException(error.Message);
        }
    }

    static Zone FindZone(Settings settings, List<IntensitySeries> given)
    {
        if (settings.Place is { Zone: { } code })
            return GridAccess.FindZone(code);
        return given.Select(one => one.Zone).DistinctBy(zone => zone.Code).ToList() is [var only] ? only
            : throw new InvalidInputException("where did the jobs run? Give --zone FR.");
    }

    /// <summary>The observed series that covers most of a span. One series, because methods are not mixed.</summary>
    static IntensitySeries? FindObserved(KnownIntensities known, Zone zone, DateTimeOffset from, DateTimeOffset to) =>
        known.Find(zone, from, to).Where(one => one is { Signal: IntensitySignal.Observed, Kind: IntensityKind.Average })
            .MaxBy(one => one.Average(from, to, out var share) is null ? 0 : share);

    static void Write(TextWriter writer, SettlementDocument document)
    {
        foreach (var job in document.Jobs)
        {
            writer.WriteLine($"job {job.JobId} ({TextSanitizer.ToOneLine(job.State)}), {document.Zone}, intensities observed");
            writer.WriteLine($"  submitted {Format(job.Submit)}   at once       {Format(job.ImmediateGramsPerKwh, null)}");
            writer.WriteLine($"  eligible  {Format(job.Eligible)}   planned       {Format(job.PlannedGramsPerKwh, job.PlannedSaving)}");
            writer.WriteLine($"  started   {Format(job.Start)}   achieved      {Format(job.AchievedGramsPerKwh, job.AchievedSaving)}");
            writer.WriteLine($"  ended     {Format(job.End)}   ran {DisplayValue.FormatDuration(job.WorkedS)}{(job.Starts > 1 ? string.Create(CultureInfo.InvariantCulture, $" in {job.Starts} starts") : "")}");
            if (job.SavedGrams is { } grams)
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  saved     {grams:0.#} g CO2e of the energy that Slurm measured, before PUE"));
            if (job.AchievedSaving is null)
                writer.WriteLine("  no saving: observed intensities are missing; give them with --series FILE");
        }

        foreach (var id in document.Unsettled)
            writer.WriteLine($"job {id} has not ended, or never ran");
    }

    static string Format(DateTimeOffset? time) => time is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "not known           ";

    static string Format(double? grams, double? saving) => grams is not { } value ? "not known"
        : saving is { } share ? string.Create(CultureInfo.InvariantCulture, $"{value:0.#} g CO2e/kWh, saves {share * Percent:0.#} %")
        : string.Create(CultureInfo.InvariantCulture, $"{value:0.#} g CO2e/kWh");
}
