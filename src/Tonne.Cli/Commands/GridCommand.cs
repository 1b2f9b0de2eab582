using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Grids;
using Tonne.Cli.Planning;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Reporting.Planning;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne grid</c>: intensity of a grid by the hour, now, before and to come; publishers; import of files.</summary>
static class GridCommand
{
    static readonly TimeSpan _shown = TimeSpan.FromHours(48);

    public static Command Build(CommandContext context) => new("grid", "Show the carbon intensity of a grid by the hour. Offline by default; 'tonne config set grid.live on' lets tonne ask publishers.")
    {
        BuildNow(context),
        BuildHistory(context),
        BuildForecast(context),
        BuildImport(context),
        BuildProviders(context),
    };

    static Argument<string?> CreateZone() => new("zone") { Description = "Grid zone: FR, DK1, US-CAL-CISO; default the one of tonne.yaml", Arity = ArgumentArity.ZeroOrOne, HelpName = "ZONE" };

    static Option<bool> CreateJson(string schema = "tonne.grid/1") => new("--json") { Description = $"One JSON document (schema {schema})" };

    static Option<string> CreateProvider() => new("--provider") { Description = "Ask only this publisher (tonne grid providers)", HelpName = "ID" };

    static Option<bool> CreateMarginal() => new("--marginal") { Description = "Marginal intensity in place of the average" };

    static Option<bool> CreateDirect() => new("--direct") { Description = "Emissions at the stack in place of the life cycle" };

    static Command BuildNow(CommandContext context)
    {
        var (zone, json, provider, marginal, direct) = (CreateZone(), CreateJson(), CreateProvider(), CreateMarginal(), CreateDirect());
        var command = new Command("now", "The intensity now, with a day around it.") { zone, provider, marginal, direct, json };
        command.SetAction((parsed, cancellation) => ShowAsync(context, parsed, zone, json, provider, marginal, direct, static now => (now.AddHours(-24), now.AddHours(24)), cancellation));
        return command;
    }

    static Command BuildForecast(CommandContext context)
    {
        var (zone, json, provider, marginal, direct) = (CreateZone(), CreateJson(), CreateProvider(), CreateMarginal(), CreateDirect());
        var command = new Command("forecast", "The intensity of the next 48 hours.") { zone, provider, marginal, direct, json };
        command.SetAction((parsed, cancellation) => ShowAsync(context, parsed, zone, json, provider, marginal, direct, static now => (now, now + _shown), cancellation));
        return command;
    }

    static async Task<int> ShowAsync(
        CommandContext context, ParseResult parsed, Argument<string?> zone, Option<bool> json, Option<string> provider, Option<bool> marginal, Option<bool> direct,
        Func<DateTimeOffset, (DateTimeOffset From, DateTimeOffset To)> select, CancellationToken cancellation)
    {
        var settings = SettingOptions.Resolve(parsed, context);
        using var grid = new GridAccess(settings, context.Time);
        var place = FindZone(parsed.GetValue(zone), settings);
        var now = context.Time.GetUtcNow();
        var (from, to) = select(PlanSignal.FloorToHour(now));
        var kind = parsed.GetValue(marginal) ? IntensityKind.Marginal : IntensityKind.Average;
        var resolved = await grid.Resolver.ResolveAsync(
            place, from, to, parsed.GetValue(direct) ? IntensityBasis.Direct : null, kind,
                MethodOptions.CheckProvider(parsed.GetValue(provider), grid), cancellation).ConfigureAwait(false);
        var warnings = resolved.Warnings.ToList();
        foreach (var (feed, failure) in resolved.Tried.Where(tried => grid.IsLive && tried.Failure is not FeedFailure.Unauthorized))
            warnings.Add(new Warning("feed-failed", $"{feed}: {failure.Text}."));
        var series = ListSeries(resolved, place, from, to);
        if (series.Count == 0)
            throw new InvalidInputException($"nothing is known of {place.Code} by this method. {(grid.IsLive ? "" : "Let tonne ask publishers: tonne config set grid.live on. ")}'tonne grid providers' lists them.");
        if (parsed.GetValue(json))
            context.Out.WriteLine(IntensityDocument.From(series, resolved.Explanation, from, to, warnings).ToJson());
        else
            IntensityText.Write(context.Out, Merge(series, from, to), resolved.Explanation, from, to, now, warnings, context.OutCapabilities);
        return 0;
    }

    /// <summary>The series of an answer, the best first; profile and annual mean only where nothing better is known, and of one method with it.</summary>
    static List<IntensitySeries> ListSeries(ResolvedIntensity resolved, Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        List<IntensitySeries> known = [.. new[] { resolved.Observed, resolved.Forecast }.OfType<IntensitySeries>()];
        if (resolved.Profile is { } profile && known.TrueForAll(one => one.Basis == profile.Mean.Basis && one.Scope == profile.Mean.Scope))
            known.Add(profile.Mean);
        if (known.Count == 0 && resolved.Annual is { } annual)
        {
            known.Add(new IntensitySeries(zone, from, [.. Enumerable.Repeat<CarbonIntensity?>(CarbonIntensity.FromGramsPerKilowattHour(annual.Intensity.Bounds.Best), (int)Math.Ceiling((to - from).TotalHours))],
                annual.Intensity.Source, annual.Basis, annual.Scope, signal: IntensitySignal.Annual));
        }

        return known;
    }

    /// <summary>One series for the chart, in the steps of the first.</summary>
    static IntensitySeries Merge(List<IntensitySeries> series, DateTimeOffset from, DateTimeOffset to)
    {
        var first = series[0];
        var start = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % first.Step.Ticks), TimeSpan.Zero);
        var values = Enumerable.Range(0, (int)Math.Ceiling((to - start) / first.Step)).Select(i => series.Select(one => one.Find(start + (first.Step * i))).FirstOrDefault(value => value is not null));
        return new IntensitySeries(first.Zone, start, [.. values], first.Source, first.Basis, first.Scope, first.Step, first.Kind, first.Signal, first.Issued);
    }

    static Command BuildHistory(CommandContext context)
    {
        var (zone, json, marginal, direct) = (CreateZone(), CreateJson(), CreateMarginal(), CreateDirect());
        var since = new Option<string>("--since") { Description = "Start: 2026-11-01, 7d; default 48h", HelpName = "T" };
        var until = new Option<string>("--until") { Description = "End; default now", HelpName = "T" };
        var command = new Command("history", "Observed intensities that are kept: of imports and of publishers.") { zone, since, until, marginal, direct, json };
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var place = FindZone(parsed.GetValue(zone), settings);
            var now = context.Time.GetUtcNow();
            var from = parsed.GetValue(since) is { } begin ? TimeText.Parse(begin, "--since", now) : now - _shown;
            var to = parsed.GetValue(until) is { } end ? TimeText.Parse(end, "--until", now) : now;
            if (to <= from)
                throw new InvalidInputException("--until is not after --since.");
            var basis = parsed.GetValue(direct) ? IntensityBasis.Direct : IntensityBasis.Lifecycle;
            var kind = parsed.GetValue(marginal) ? IntensityKind.Marginal : IntensityKind.Average;
            var series = GridAccess.OpenHistory(settings).Read(place, from, to, basis, null, kind)
                ?? throw new InvalidInputException($"no observed intensity of {place.Code} is kept for this time ({EnumWords.Format(basis)}, {EnumWords.Format(kind)}). Import a file: tonne grid import FILE.");
            if (parsed.GetValue(json))
                context.Out.WriteLine(IntensityDocument.From([series], series.Source.Title, from, to, []).ToJson());
            else
                IntensityText.Write(context.Out, series, series.Source.Title, from, to, null, [], context.OutCapabilities);
            return 0;
        });
        return command;
    }

    static Command BuildImport(CommandContext context)
    {
        var paths = new Argument<string[]>("files") { Description = "CSV with zone, timestamp_utc, gco2e_per_kwh, or a download of Electricity Maps", Arity = ArgumentArity.OneOrMore, HelpName = "FILE" };
        var command = new Command("import", "Keep observed intensities of files, for accounts by the hour. 'tonne ledger recount' then accounts earlier runs again.") { paths };
        var basis = new Option<string>("--basis") { Description = "Basis of rows that state none: lifecycle or direct", HelpName = "B" };
        var scope = new Option<string>("--scope") { Description = "Scope of rows that state none: production or consumption", HelpName = "S" };
        basis.AcceptOnlyFromAmong("lifecycle", "direct");
        scope.AcceptOnlyFromAmong("production", "consumption");
        command.Options.Add(basis);
        command.Options.Add(scope);
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var (files, refused) = GridAccess.ReadGoodFiles(parsed.GetValue(paths)!, Read<IntensityBasis>(parsed.GetValue(basis)), Read<IntensityScope>(parsed.GetValue(scope)));
            if (files.Count == 0)
                throw new InvalidInputException(refused.Count == 1 ? refused[0] : $"no file can be read, and nothing was kept: {string.Join("; ", refused)}");
            List<(string Path, IntensitySeries Series)> series = [.. files.SelectMany(file => file.Content.Series.Select(one => (file.Path, one)))];
            var changed = await MergeAsync(settings, [.. series.Select(one => one.Series)], cancellation).ConfigureAwait(false);
            foreach (var ((path, one), news) in series.Zip(changed))
                context.Out.WriteLine(DescribeImport(path, one, news));
            foreach (var (path, content) in files)
            {
                foreach (var problem in content.Problems)
                    context.Error.WriteLine($"tonne: {TextSanitizer.ToOneLine(path)}: {TextSanitizer.ToOneLine(problem.Text)}");
            }

            foreach (var problem in refused)
                context.Error.WriteLine($"tonne: {TextSanitizer.ToOneLine(problem)}");
            if (refused.Count == 0)
                return 0;
            context.Error.WriteLine($"tonne: {files.Count} of {files.Count + refused.Count} files were kept. Mend the others and import them again.");
            return CommandLine.Failure;
        });
        return command;
    }

    /// <summary>Keeps all series or none.</summary>
    /// <exception cref="InvalidInputException">The folder cannot be written.</exception>
    static async Task<IReadOnlyList<int>> MergeAsync(Settings settings, IReadOnlyList<IntensitySeries> series, CancellationToken cancellation)
    {
        try
        {
            return await GridAccess.OpenHistory(settings).MergeAsync(series, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var unavailable = LedgerUnavailableException.FromException(KnownIntensities.GetFolder(settings.Home), error);
            throw new LedgerUnavailableException(unavailable.Place, unavailable.Reason,
                $"Nothing of this import was kept, and what was kept before is unchanged. {unavailable.Advice} Then import again.", error);
        }
    }

    static string DescribeImport(string path, IntensitySeries series, int changed)
    {
        if (series.Signal != IntensitySignal.Observed)
            return $"{series.Zone.Code}: a forecast is not kept; plan with it: tonne plan --series {TextSanitizer.ToOneLine(path)}";
        var unknown = series.Values.Count(value => value is null);
        var gaps = series.Values.Where((value, i) => value is null && series.Values[i - 1] is not null).Count();
        var missing = unknown == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
            $"; no value for {series.Step.TotalHours * unknown:#,0.##} h in {gaps:N0} {(gaps == 1 ? "gap" : "gaps")}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{series.Zone.Code}: {changed:N0} of {series.Values.Length - unknown:N0} values are new ({EnumWords.Format(series.Basis)}, {EnumWords.Format(series.Scope)}, {EnumWords.Format(series.Kind)}), {series.Start.UtcDateTime:yyyy-MM-dd} to {series.End.UtcDateTime:yyyy-MM-dd}{missing}");
    }

    static T Read<T>(string? word)
        where T : struct, Enum => word is null ? default : Enum.Parse<T>(word, ignoreCase: true);

    static Command BuildProviders(CommandContext context)
    {
        var json = CreateJson("tonne.grid-providers/1");
        var command = new Command("providers", "Publishers of grid intensity that tonne knows: what they have, under which terms, and whether they need a key.") { json };
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            using var grid = new GridAccess(settings, context.Time);
            var feeds = grid.Feeds.All.Select(feed => feed.Description).ToList();
            if (parsed.GetValue(json))
                WriteProviders(context, feeds, settings);
            else
                WriteProviderTable(context, feeds, settings);
            return 0;
        });
        return command;
    }

    static void WriteProviderTable(CommandContext context, List<IntensityFeedDescription> feeds, Settings settings)
    {
        var table = new TextTable("publisher", "zones", "kind", "basis", "step", "forecast", "key") { FlexibleColumn = 1 };
        foreach (var feed in feeds)
        {
            table.Add(
                feed.Id, DescribeZones(feed), EnumWords.Format(feed.Kind), EnumWords.Format(feed.Basis), string.Create(CultureInfo.InvariantCulture, $"{feed.Step.TotalMinutes:0} min"),
                feed.HasForecast ? "yes" : "no", feed.KeySetting is not { } key ? "none" : settings.Feeds.Find(key) is null ? "missing" : "set");
        }

        table.Write(context.Out, context.OutCapabilities.Width);
        context.Out.WriteLine();
        context.Out.WriteLine(settings.MayCallFeeds ? "Publishers are asked at most once in 15 minutes and zone." : "Offline: nobody is asked. To ask them: tonne config set grid.live on");
        context.Out.WriteLine("A key: tonne config set grid.PUBLISHER.key KEY. Terms and addresses: --json");
    }

    static string DescribeZones(IntensityFeedDescription feed) => feed.Zones.Length switch
    {
        0 => "many",
        <= 4 => string.Join(' ', feed.Zones),
        var count => string.Create(CultureInfo.InvariantCulture, $"{count} zones"),
    };

    static void WriteProviders(CommandContext context, List<IntensityFeedDescription> feeds, Settings settings) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.grid-providers/1");
        writer.WriteBoolean("live", settings.MayCallFeeds);
        writer.WriteStartArray("providers");
        foreach (var feed in feeds)
        {
            writer.WriteStartObject();
            writer.WriteString("id", feed.Id);
            writer.WriteString("name", feed.Name);
            writer.WriteString("licence", feed.Licence);
            writer.WriteString("attribution", feed.Attribution);
            writer.WriteString("link", feed.Link);
            writer.WriteString("kind", EnumWords.Format(feed.Kind));
            writer.WriteString("basis", EnumWords.Format(feed.Basis));
            writer.WriteString("scope", EnumWords.Format(feed.Scope));
            writer.WriteString("method", feed.Method);
            writer.WriteNumber("step_s", feed.Step.TotalSeconds);
            writer.WriteBoolean("history", feed.HasHistory);
            writer.WriteBoolean("forecast", feed.HasForecast);
            writer.WriteBoolean("prices", feed.HasPrices);
            writer.WriteString("key_setting", feed.KeySetting);
            writer.WriteStartArray("zones");
            foreach (var zone in feed.Zones)
                writer.WriteStringValue(zone);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    static Zone FindZone(string? name, Settings settings) => GridAccess.FindZone(name ?? settings.Place?.Zone
        ?? throw new InvalidInputException("which zone? For example: tonne grid now FR"));
}
