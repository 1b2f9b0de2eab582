namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>The sum of the runs of one machine or account, each joule once, best estimates.</summary>
/// <param name="Runs">Ended runs.</param>
/// <param name="EnergyKwh">Energy at the plug, kWh.</param>
/// <param name="EmissionsKg">Operational and embodied emissions, kg CO2e.</param>
public readonly record struct GroupSum(long Runs, double EnergyKwh, double EmissionsKg)
{
    /// <summary>The sum with another.</summary>
    /// <param name="other">The other.</param>
    public GroupSum Add(GroupSum other) => new(Runs + other.Runs, EnergyKwh + other.EnergyKwh, EmissionsKg + other.EmissionsKg);
}
