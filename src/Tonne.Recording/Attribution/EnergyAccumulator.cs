using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Sums energy by component, with its amounts.</summary>
sealed class EnergyAccumulator
{
    readonly List<Entry> _entries = [];

    /// <summary>Energy of all components.</summary>
    internal Microjoules Energy
    {
        get
        {
            var sum = Microjoules.Zero;
            foreach (var entry in _entries)
                sum += entry.Energy;
            return sum;
        }
    }

    internal void Add(Component component, string? device, Microjoules energy, ReadOnlySpan<RatedAmount> amounts, double share)
    {
        var entry = GetOrAddEntry(component, device);
        entry.Energy += energy;
        foreach (var amount in amounts)
            entry.Add(amount.Rate, amount.Amount * share);
    }

    internal void Add(EnergyAccumulator other)
    {
        foreach (var theirs in other._entries)
        {
            var entry = GetOrAddEntry(theirs.Component, theirs.Device);
            entry.Energy += theirs.Energy;
            foreach (var (rate, amount) in theirs.Amounts)
                entry.Add(rate, amount);
        }
    }

    internal Microjoules GetEnergy(Component component, string? device) => GetOrAddEntry(component, device).Energy;

    internal ImmutableArray<RatedAmount> GetAmounts(Component component, string? device) => GetOrAddEntry(component, device).Rated();

    internal ImmutableArray<EnergyUse> ToEnergyUses() =>
        [.. _entries.OrderBy(entry => entry.Component).ThenBy(entry => entry.Device, StringComparer.Ordinal)
            .Select(entry => new EnergyUse(entry.Component, entry.Device, entry.Energy.Value, entry.Rated()))];

    Entry GetOrAddEntry(Component component, string? device)
    {
        foreach (var entry in _entries)
        {
            if (entry.Component == component && entry.Device == device)
                return entry;
        }

        var added = new Entry(component, device);
        _entries.Add(added);
        return added;
    }

    sealed class Entry(Component component, string? device)
    {
        public Component Component { get; } = component;

        public string? Device { get; } = device;

        public Microjoules Energy { get; set; }

        public List<(string Rate, double Amount)> Amounts { get; } = [];

        public void Add(string rate, double amount)
        {
            for (var i = 0; i < Amounts.Count; i++)
            {
                if (Amounts[i].Rate == rate)
                {
                    Amounts[i] = (rate, Amounts[i].Amount + amount);
                    return;
                }
            }

            Amounts.Add((rate, amount));
        }

        public ImmutableArray<RatedAmount> Rated() => [.. Amounts.Where(pair => pair.Amount != 0).Select(pair => new RatedAmount(pair.Rate, pair.Amount))];
    }
}
