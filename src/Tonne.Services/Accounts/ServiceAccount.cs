using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Traces;
using Tonne.Runs;
using Tonne.Services.Recording;

namespace Tonne.Services.Accounts;

/// <summary>The hours of a service with their figures, from its files and the runs of the ledger.</summary>
/// <remarks>
/// Energies are those of the hours; factors are the run's, so a recount of the run changes the figures of the service. A run's facility energy
/// is divided by energy, its operational emissions by energy × intensity of the hour, its embodied emissions by time and then by energy: the
/// hours of a run add up to the run.
/// </remarks>
public sealed record ServiceAccount
{
    /// <summary>Name of the service.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is recorded now.</summary>
    public required bool IsRecorded { get; init; }

    /// <summary>The hours, in order; one hour may come from two runs.</summary>
    public required ImmutableArray<AccountedHour> Hours { get; init; }

    /// <summary>Times of which requests are not known, or not completely.</summary>
    public required ImmutableArray<ServiceGap> Gaps { get; init; }

    /// <summary>Ids of its runs, oldest first.</summary>
    public required ImmutableArray<string> Runs { get; init; }

    /// <summary>Runs whose hours or figures cannot be read, and why.</summary>
    public required ImmutableArray<string> Problems { get; init; }

    /// <summary>Boundary of the emissions, in words; null without a run.</summary>
    public string? Boundary { get; init; }

    /// <summary>Quality of the energy, the worst of the runs; null without a run.</summary>
    public Quality? Quality { get; init; }

    /// <summary>Method of accounting; null without a run.</summary>
    public string? Method { get; init; }

    /// <summary>Accounts a service.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="folder">The service.</param>
    /// <param name="account">Accounts the record of a run.</param>
    /// <param name="since">Hours that begin before it are left out. Default: null, none.</param>
    public static ServiceAccount Read(Ledger ledger, ServiceFolder folder, Func<RunRecord, Footprint> account, DateTimeOffset? since = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(account);
        var hours = new List<AccountedHour>();
        var (gaps, problems, runs) = (new List<ServiceGap>(), new List<string>(), new List<string>());
        Footprint? last = null;
        Quality? quality = null;
        foreach (var id in folder.ListRuns())
        {
            if (folder.ReadSegment(id) is not { } segment)
            {
                // A recorder that has just begun has computed no hours yet.
                if (ledger.Home.GetRunFolder(id).IsClosed)
                    problems.Add($"{id}: its hours were not computed, or their file is damaged");
                continue;
            }

            if (segment.To <= since)
                continue;
            try
            {
                last = account(ReadRecord(ledger.Home.GetRunFolder(id)));
                quality = quality is { } before && before > last.Energy.Quality ? before : last.Energy.Quality;
                hours.AddRange(Account(segment, last).Where(hour => !(hour.Hour < since)));
                gaps.AddRange(segment.Gaps.Where(gap => !(gap.To < since)));
                runs.Add(id);
            }
            catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException or TraceDamagedException or IOException)
            {
                problems.Add($"{id}: {error.Message}");
            }
        }

        return new ServiceAccount
        {
            Name = folder.Name,
            IsRecorded = folder.IsRecorded,
            Hours = [.. hours.OrderBy(static hour => hour.Hour)],
            Gaps = [.. gaps],
            Runs = [.. runs],
            Problems = [.. problems],
            Boundary = last?.Total.Boundary.ToString(),
            Quality = quality,
            Method = last?.Method,
        };
    }

    /// <summary>Adds up the hours of a period.</summary>
    /// <param name="since">Its start.</param>
    /// <param name="until">Its end, not included. Default: null, no end.</param>
    public ServiceAmounts Sum(DateTimeOffset since, DateTimeOffset? until = null) =>
        ServiceAmounts.Sum(Hours.Where(hour => hour.Hour >= since && !(hour.Hour >= until)).Select(static hour => hour.All));

    /// <summary>The days (UTC), in order.</summary>
    public IReadOnlyList<(DateOnly Day, ServiceAmounts Amounts)> SumDays() =>
        [.. Hours.GroupBy(static hour => DateOnly.FromDateTime(hour.Hour.UtcDateTime))
            .Select(static day => (day.Key, ServiceAmounts.Sum(day.Select(static hour => hour.All))))];

    /// <summary>The models, without idle, with the most energy first.</summary>
    public IReadOnlyList<(string Model, ServiceAmounts Amounts)> SumModels() =>
        [.. Hours.SelectMany(static hour => hour.Models).GroupBy(static model => model.Model, StringComparer.Ordinal)
            .Select(static model => (model.Key, ServiceAmounts.Sum(model.Select(static each => each.Amounts))))
            .OrderByDescending(static model => model.Item2.Microjoules).ThenBy(static model => model.Key, StringComparer.Ordinal)];

    static RunRecord ReadRecord(RunFolder run) => run.IsClosed ? run.ReadRecord() : RecordBuilder.Build(run.OpenTrace);

    static IEnumerable<AccountedHour> Account(ServiceSegment segment, Footprint footprint)
    {
        double energy = segment.Hours.Sum(static hour => hour.Microjoules), seconds = segment.Hours.Sum(static hour => hour.Seconds);
        var intensities = segment.Hours.Select(hour => footprint.Factors.Grid.FindIntensity(hour.Hour)).ToArray();
        var weighted = segment.Hours.Zip(intensities, static (hour, intensity) => hour.Microjoules * intensity).Sum();
        foreach (var (hour, intensity) in segment.Hours.Zip(intensities))
        {
            var share = energy > 0 ? hour.Microjoules / energy : 0;
            var operational = footprint.Operational.Bounds * (weighted > 0 ? hour.Microjoules * intensity / weighted : share);
            var embodied = (footprint.Embodied?.Bounds ?? default) * (seconds > 0 ? hour.Seconds / seconds : 0);
            var total = Add(operational, embodied);
            var all = new ServiceAmounts
            {
                Counts = hour.Models.Aggregate(new ServiceModelHour { Model = "" }, static (sum, model) => sum.Plus(model)),
                IdleMicrojoules = hour.IdleMicrojoules,
                Seconds = hour.Seconds,
                UnknownSeconds = hour.UnknownSeconds,
                EnergyKwh = footprint.FacilityEnergy.Bounds * share,
                OperationalKg = operational,
                EmissionsKg = total,
            };
            yield return new AccountedHour(hour.Hour, all, [.. hour.Models.Select(model => (model.Model, Divide(all, model, hour.Microjoules)))], intensity);
        }
    }

    static ServiceAmounts Divide(ServiceAmounts all, ServiceModelHour model, long energy)
    {
        var share = energy > 0 ? (double)model.Microjoules / energy : 0;
        return new ServiceAmounts
        {
            Counts = model,
            Seconds = all.Seconds,
            EnergyKwh = all.EnergyKwh * share,
            OperationalKg = all.OperationalKg * share,
            EmissionsKg = all.EmissionsKg * share,
        };
    }

    static Bounds Add(Bounds left, Bounds right) => new(left.Low + right.Low, left.Best + right.Best, left.High + right.High);
}
