using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.Pushing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Auditing;

/// <summary>Energy by the hour: in each hour the rows of a machine add up to what the machine used, whoever used it.</summary>
public sealed class HourlyEnergyTests : IDisposable
{
    static readonly DateTimeOffset _ten = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    readonly TemporaryHome _home = new();
    readonly LedgerEntry _sample;

    public HourlyEnergyTests()
    {
        _home.Complete("20261122-100000-aaaaaa");
        _sample = _home.Ledger.Load("20261122-100000-aaaaaa");
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_node_has_in_each_hour_what_its_jobs_leave_of_it()
    {
        var hours = new HourlyEnergy();
        Add(hours, "node", null, left: 3, energies: [4, 2, 2], coversNode: true);
        Add(hours, "job-1", "physics", left: 3, energies: [2, 1]);
        Add(hours, "job-2", "vision", left: 2, energies: [2]);

        var rows = hours.Build();

        // The jobs used all of the first hour, so the node has no row there.
        Assert.Equal(
            [(10, "physics", 2d), (10, "vision", 2d), (11, "", 1d), (11, "physics", 1d), (12, "", 2d)],
            rows.Select(row => (row.Hour.Hour, row.Account, Math.Round(row.KilowattHours, 12))));
        foreach (var (hour, machine) in new[] { (10, 4d), (11, 2d), (12, 2d) })
            Assert.Equal(machine, rows.Where(row => row.Hour.Hour == hour).Sum(row => row.KilowattHours), 1e-12);
        Assert.All(rows, row => Assert.Equal(row.KilowattHours * row.Intensity / 1000, row.Kilograms, 1e-15));
    }

    [Fact]
    public void Two_runs_of_a_node_divide_the_jobs_of_the_hour_in_which_one_followed_the_other()
    {
        var hours = new HourlyEnergy();
        Add(hours, "node-1", null, left: 2, energies: [3], coversNode: true);
        Add(hours, "node-2", null, left: 0.5, energies: [1], coversNode: true);
        Add(hours, "job", "physics", left: 1.5, energies: [1.5]);

        var rows = hours.Build();

        Assert.Equal(4, rows.Sum(row => row.KilowattHours), 1e-12);
        Assert.Equal(2.5, rows.Where(row => row.Account.Length == 0).Sum(row => row.KilowattHours), 1e-12);
    }

    [Fact]
    public void What_is_outside_of_the_period_or_only_taken_off_is_in_no_row()
    {
        var hours = new HourlyEnergy();
        Add(hours, "node", null, left: 5, energies: [4, 2, 2], coversNode: true);
        Add(hours, "job", "physics", left: 3, energies: [2, 1], isInRows: false);

        var rows = hours.Build(_ten.AddHours(1), _ten.AddHours(2));

        var row = Assert.Single(rows);
        Assert.Equal((11, "", 1d), (row.Hour.Hour, row.Account, Math.Round(row.KilowattHours, 12)));
    }

    [Fact]
    public void A_node_whose_jobs_were_read_as_more_than_it_keeps_what_a_total_counts()
    {
        var hours = new HourlyEnergy();
        Add(hours, "node", null, left: 0.25, energies: [1], coversNode: true);
        Add(hours, "job", "physics", left: 1.5, energies: [1.5]);

        Assert.Equal(0.25, hours.Build().Single(row => row.Account.Length == 0).KilowattHours, 1e-12);
    }

    void Add(
        HourlyEnergy hours, string id, string? account, double left, double[] energies, bool coversNode = false, bool isInRows = true)
    {
        var sum = energies.Sum();
        var record = _sample.Record with
        {
            Opening = _sample.Record.Opening with
            {
                Id = id,
                CoversNode = coversNode,
                Job = account is null ? null : new JobIdentity { Launcher = JobLauncher.Slurm, Id = id, Account = account },
            },
            QuarterHours =
            [
                .. energies.Select((energy, i) => new QuarterHour(_ten.AddHours(i), [new EnergyUse(Component.Cpu, null, (long)(energy * 1e9), [])])),
            ],
        };
        var figures = _sample.Statements[^1].Figures.Select(figure => figure.Name != "facility_energy_kwh" ? figure
            : figure with { Bounds = new Bounds(sum, sum, sum) }).ToImmutableArray();
        var whole = new Bounds(left, left, left);
        hours.Add(record, _sample.Statements[^1] with { Figures = figures }, new RunContribution
        {
            Energy = whole, EnergyShare = 1, FacilityEnergy = whole, Operational = whole, Emissions = whole,
        }, isInRows);
    }
}
