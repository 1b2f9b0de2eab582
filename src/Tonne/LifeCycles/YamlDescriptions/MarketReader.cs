using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Reads electricity contracts and on-site generation from the block <c>market</c>.</summary>
sealed class MarketReader(DescriptionProblems problems, SourceResolver sources)
{
    /// <summary>Reads the supply that a block describes.</summary>
    /// <param name="mapping">The block.</param>
    /// <param name="path">Path of the block in the file.</param>
    /// <param name="ofOnePhase">Whether it applies to one phase. An amount of energy cannot be matched with several phases.</param>
    public MarketBasedSupply Read(DescriptionNode.Mapping mapping, string path, bool ofOnePhase)
    {
        var block = new DescriptionBlock(mapping, path, problems, sources, DescriptionKeys.Market);
        var (contracts, onSite) = (Supplies(block, "contracts", null, ofOnePhase), Supplies(block, "on_site", 0, ofOnePhase));
        if (contracts.Concat(onSite).Sum(supply => supply.Share?.Bounds.High ?? 0) > 1 + 1e-9)
            problems.Add(mapping, "the shares of contracts and on-site generation add up to more than 1.");
        return new MarketBasedSupply(contracts, onSite, block.ReadNumber("residual_mix", "residual mix", Dimension.Intensity));
    }

    ImmutableArray<ElectricitySupply> Supplies(DescriptionBlock market, string key, double? intensityWhereUnstated, bool ofOnePhase)
    {
        var supplies = ImmutableArray.CreateBuilder<ElectricitySupply>();
        foreach (var (i, node) in market.ReadItems(key).Index())
        {
            if (node is not DescriptionNode.Mapping mapping)
            {
                problems.Add(node, $"'{key}' must be blocks such as {{name: wind, share: 60 %, intensity: 11 g/kWh, matched: yearly}}, not {node.Kind}.");
                continue;
            }

            var block = new DescriptionBlock(mapping, $"{market.Path}.{key}.{i + 1}", problems, sources, DescriptionKeys.Supply);
            var name = block.ReadText("name") ?? (key == "on_site" ? "on-site generation" : "contract");
            var share = block.ReadNumber("share", $"share covered by {name}", Dimension.Share, static value => value <= 1 ? null : "a share is at most 1 (or 100 %).");
            var energy = block.ReadNumber("energy", $"energy of {name}", Dimension.Energy);
            if (block.HasKey("share") == block.HasKey("energy"))
                problems.Add(mapping, $"'{name}' needs one of 'share', as in 60 %, and 'energy', as in 500 MWh.");
            if (energy is not null && !ofOnePhase)
                problems.Add(block.GetLine("energy"), $"'{name}': an amount of energy cannot be matched with several phases. Give a "
                    + "'share', or put the 'market' into the phase that uses the energy.");
            if (share is { Bounds.High: > 1 })
                problems.Add(block.GetLine("share"), "'share': 'high' must be at most 1.");
            var matched = block.ReadText("matched") ?? (key == "on_site" ? "hourly" : null);
            if (matched is null)
                problems.Add(mapping, $"'{name}' needs 'matched: hourly' or 'matched: yearly': the time step over which supply and "
                    + "use are matched.");
            else if (matched is not ("hourly" or "yearly"))
                problems.AddUnknown(block.GetLine("matched"), "matching", matched, ["hourly", "yearly"]);
            var intensity = block.ReadNumber("intensity", $"intensity of {name}", Dimension.Intensity);
            if (intensity is null && !block.HasKey("intensity"))
            {
                if (intensityWhereUnstated is { } zero)
                    intensity = new Factor($"described/{block.Path}.intensity", $"intensity of {name}", "g CO2e/kWh",
                        Bounds.FromExact(zero), Quality.Assumed, block.Source ?? sources.GetDefault(),
                        "not stated: 0, the direct emissions of solar and wind power");
                else
                    problems.Add(mapping, $"'{name}' needs the 'intensity' of its contract, as in 11 g/kWh, or 0 g/kWh.");
            }

            if (intensity is not null)
                supplies.Add(new ElectricitySupply(name, share, energy, intensity, matched ?? "yearly"));
        }

        return supplies.ToImmutable();
    }
}
