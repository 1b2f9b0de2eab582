using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Ledgers.Auditing;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Auditing;

/// <summary>The hourly audit file: energy conserved over its hours, each run once, and a chain that shows every change but one at its end.</summary>
public class HourlyAuditTests
{
    static readonly DateTimeOffset _now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    static TemporaryHome CreateLedger()
    {
        var home = new TemporaryHome();
        foreach (var (id, account) in new[] { ("20261122-070000-aaaaaa", "physics"), ("20261122-075945-bbbbbb", "physics"), ("20261122-080000-cccccc", null) })
            home.Complete(id, with: opening => opening with { Job = account is null ? null : new JobIdentity { Launcher = JobLauncher.Slurm, Id = id, Account = account } });
        return home;
    }

    static string[] Append(TemporaryHome home)
    {
        HourlyAudit.Read(home.Home).Append(home.Ledger, _now);
        return File.ReadAllLines(PathOf(home));
    }

    static string PathOf(TemporaryHome home) => Path.Combine(home.Home.Root, "audit.csv");

    [Fact]
    public void The_hours_of_all_accounts_add_up_to_the_facility_energy_of_the_runs()
    {
        using var home = CreateLedger();

        var rows = Append(home).Skip(1).Select(line => line.Split(',')).ToList();

        var expected = home.Ledger.Total().Sum;
        Assert.Equal(expected.FacilityEnergy.Best, rows.Sum(row => double.Parse(row[3], CultureInfo.InvariantCulture)), expected.FacilityEnergy.Best * 1e-9);
        Assert.Equal(expected.Operational.Best, rows.Sum(row => double.Parse(row[5], CultureInfo.InvariantCulture)), expected.Operational.Best * 1e-9);
        // 07:59:45 and half a minute: a half in each hour.
        Assert.Equal(["2026-11-22T07:00Z", "2026-11-22T08:00Z", "2026-11-22T08:00Z"], rows.Select(row => row[0]));
        Assert.Equal(["physics", "", "physics"], rows.Select(row => row[1]));
        Assert.Equal(0, new HourlyAuditProbe(home).Append().Runs);
    }

    [Fact]
    public void Each_hour_has_its_own_intensity()
    {
        using var home = new TemporaryHome();
        // 07:59:45 and half a minute, of even power: a half at 100 g/kWh and a half at 300.
        var opening = SampleRun.Opening("20261122-075945-bbbbbb");
        var zone = ZoneCatalog.FindPlace(opening.Place.Zone!).ValueOrThrow.Zone;
        var history = new IntensitySeriesSet([new IntensitySeries(zone, new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero),
            [CarbonIntensity.FromGramsPerKilowattHour(100), CarbonIntensity.FromGramsPerKilowattHour(300)], new Source("TEST", "Test"))]);
        using (var run = home.Ledger.Begin(opening))
        {
            SampleRun.Write(run.Trace);
            var record = RecordBuilder.Build(run.Folder.OpenTrace);
            run.Finish(record, new Accountant().Account(record, FactorSelector.SelectFactors(record, history)).CreateStatement(_now));
        }

        var rows = Append(home).Skip(1).Select(line => line.Split(',')).ToList();

        Assert.Equal(["100", "300"], rows.Select(row => row[4]));
        var operational = home.Ledger.Load("20261122-075945-bbbbbb").Account().Operational.Value;
        Assert.Equal(operational, rows.Sum(row => double.Parse(row[5], CultureInfo.InvariantCulture)), operational * 1e-12);
    }

    [Fact]
    public void A_run_that_ends_later_is_appended_and_nothing_before_it_changes()
    {
        using var home = CreateLedger();
        var before = Append(home);

        home.Complete("20261122-070100-dddddd");
        var after = Append(home);

        Assert.Equal(before, after[..before.Length]);
        Assert.Contains("20261122-070100-dddddd", Assert.Single(after[before.Length..]), StringComparison.Ordinal);
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public async Task Audits_at_the_same_time_add_each_run_once()
    {
        using var home = CreateLedger();
        var audits = Enumerable.Range(0, 6).Select(_ => HourlyAudit.Read(home.Home)).ToList();

        var added = await Task.WhenAll(audits.Select(audit => Task.Run(() =>
            audit.Append(new Ledger(home.Home, home.Time, processes: new Tonne.Ledgers.RunFolders.HolderProcessChecker(home.Proc)), _now))));

        Assert.Equal(3, added.Sum(each => each.Runs));
        Assert.Null(HourlyAudit.Read(home.Home).Problem);
    }

    // What is inside a run that still runs is part of it, and may not be charged before.
    [Fact]
    public void A_run_inside_one_that_still_runs_waits_and_then_counts_with_it()
    {
        using var home = new TemporaryHome();
        home.Live(TemporaryHome.Living);
        using (var outer = home.Ledger.Begin(SampleRun.Opening("20261122-070000-aaaaaa")))
        {
            home.Complete("20261122-070005-bbbbbb", with: opening => opening with { Parent = "20261122-070000-aaaaaa" });
            Assert.Equal(0, new HourlyAuditProbe(home).Append().Runs);
            SampleRun.Write(outer.Trace);
            var record = Recording.Attribution.RecordBuilder.Build(outer.Folder.OpenTrace);
            outer.Finish(record, SampleRun.Account(record));
        }

        Assert.Equal(1, new HourlyAuditProbe(home).Append().Runs);
        Assert.DoesNotContain("bbbbbb", File.ReadAllText(PathOf(home)), StringComparison.Ordinal);
    }

    // An agent's run has everything of its node, so what its jobs have is taken off it.
    [Fact]
    public void The_run_of_a_node_is_added_without_its_jobs_and_after_them()
    {
        using var home = new TemporaryHome();
        home.Live(TemporaryHome.Living);
        home.Complete("20261122-070000-aaaaaa", with: opening => opening with { CoversNode = true });
        using (var job = home.Ledger.Begin(SampleRun.Opening("20261122-070010-bbbbbb")))
        {
            Assert.Equal(0, new HourlyAuditProbe(home).Append().Runs);
            SampleRun.Write(job.Trace);
            var record = RecordBuilder.Build(job.Folder.OpenTrace);
            job.Finish(record, SampleRun.Account(record));
        }

        var rows = Append(home).Skip(1).Select(line => line.Split(',')).ToList();

        var total = home.Ledger.Total().Sum;
        var alone = home.Ledger.ListRuns().Sum(run => run.FacilityEnergy!.Bounds.Best);
        Assert.Equal(total.FacilityEnergy.Best, rows.Sum(row => double.Parse(row[3], CultureInfo.InvariantCulture)), 1e-9 * alone);
        Assert.True(total.FacilityEnergy.Best < 0.9 * alone);
    }

    // The definition of docs/formats/audit.md, computed here by itself.
    [Fact]
    public void Each_hash_is_that_of_the_hash_before_and_the_fields()
    {
        using var home = CreateLedger();
        var lines = Append(home);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("\n" + lines[0])));
        foreach (var line in lines[1..])
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hash + "\n" + line[..line.LastIndexOf(',')])));
            Assert.Equal(hash, line[(line.LastIndexOf(',') + 1)..]);
        }
    }

    [Fact]
    public void A_line_that_was_changed_removed_moved_or_cut_is_found_and_nothing_is_appended()
    {
        using var home = CreateLedger();
        Append(home);
        var original = File.ReadAllText(PathOf(home));
        var lines = original.TrimEnd('\n').Split('\n');
        for (var at = 0; at < original.Length; at++)
        {
            File.WriteAllText(PathOf(home), original[..at] + (char)(original[at] ^ 1) + original[(at + 1)..]);
            Assert.NotNull(HourlyAudit.Read(home.Home).Problem);
        }

        AssertFound(string.Join('\n', lines.Where((_, i) => i != 1)) + "\n");
        AssertFound(string.Join('\n', lines[0], lines[2], lines[1], lines[3]) + "\n");
        AssertFound(string.Join('\n', lines[0], lines[1], lines[1], lines[2]) + "\n");
        AssertFound(original[..^3]);
        AssertFound("");
        // The end of a file cannot be missed by the chain alone: that is what the last hash is for.
        File.WriteAllText(PathOf(home), string.Join('\n', lines[..^1]) + "\n");
        Assert.Null(HourlyAudit.Read(home.Home).Problem);

        void AssertFound(string text)
        {
            File.WriteAllText(PathOf(home), text);
            Assert.NotNull(HourlyAudit.Read(home.Home).Problem);
            Assert.Contains(home.Ledger.Verify(), problem => problem.File == PathOf(home));
            Assert.Throws<LedgerDamagedException>(() => HourlyAudit.Read(home.Home).Append(home.Ledger, _now));
            Assert.Equal(text, File.ReadAllText(PathOf(home)));
        }
    }

    sealed class HourlyAuditProbe(TemporaryHome home)
    {
        public (int Runs, int Lines) Append() => HourlyAudit.Read(home.Home).Append(home.Ledger, _now);
    }
}
