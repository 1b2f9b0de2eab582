using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>The sum of runs, each joule once, in all and by machine and account.</summary>
/// <param name="All">The sum of all.</param>
/// <param name="Machines">The sum of each machine, by its name; empty for runs that name none.</param>
/// <param name="Accounts">The sum of each account of the scheduler; empty for runs without one.</param>
public sealed record RunSums(
    LedgerSum All, IReadOnlyDictionary<string, GroupSum> Machines, IReadOnlyDictionary<string, GroupSum> Accounts)
{    /// <summary>The sum of runs.</summary>
    /// <param name="runs">What each adds.</param>
    internal static RunSums From(IEnumerable<RunContribution> runs)
    {
        var (all, machines, accounts) = (new LedgerSum(), Create(), Create());
        foreach (var run in runs)
        {
            all = all.Add(run.Status, run.Energy, run.FacilityEnergy, run.Operational, run.Embodied, run.Emissions);
            var one = new GroupSum(1, run.Energy.Best, run.Emissions.Best);
            Add(machines, run.Machine ?? "", one);
            Add(accounts, run.Account ?? "", one);
        }

        return new RunSums(all, machines, accounts);
    }

    /// <summary>The sum of several.</summary>
    /// <param name="sums">The sums.</param>
    internal static RunSums From(IEnumerable<RunSums> sums)
    {
        var (all, machines, accounts) = (new LedgerSum(), Create(), Create());
        foreach (var one in sums)
        {
            all = all.Add(one.All);
            foreach (var (name, sum) in one.Machines)
                Add(machines, name, sum);
            foreach (var (name, sum) in one.Accounts)
                Add(accounts, name, sum);
        }

        return new RunSums(all, machines, accounts);
    }

    static void Add(Dictionary<string, GroupSum> sums, string name, GroupSum one) => sums[name] = sums.GetValueOrDefault(name).Add(one);

    static Dictionary<string, GroupSum> Create() => new(StringComparer.Ordinal);
}
