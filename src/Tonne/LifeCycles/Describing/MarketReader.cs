using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles.Describing;

/// <summary>What was bought, from the block <c>market</c>.</summary>
sealed class MarketReader(DescriptionProblems problems, DescribedSources sources)
{
    /// <summary>The supply a block describes.</summary>
    /// <param name="mapping">The block.</param>
    /// <param name="path">Its path in the file.</param>
    /// <param name="ofOnePhase">Whether it holds for one phase: an amount of energy cannot be held against several.</param>
    public MarketSupply Read(DescriptionNode.Mapping mapping, string path, bool ofOnePhase)
    {
        var block = new DescriptionBlock(mapping, path, problems, sources, DescriptionKeys.Market);
        var (contracts, onSite) = (Supplies(block, "contracts", null, ofOnePhase), Supplies(block, "on_site", 0, ofOnePhase));
        if (contracts.Concat(onSite).Sum(supply => supply.Share?.Bounds.High ?? 0) > 1 + 1e-9)
            problems.Add(mapping, "the shares of contracts and on-site generation add up to more than all energy used; what is left could then be negative.");
        return new MarketSupply(contracts, onSite, block.Number("residual_mix", "residual mix", Dimension.Intensity));
    }

    ImmutableArray<Supply> Supplies(DescriptionBlock market, string key, double? intensityWhereUnstated, bool ofOnePhase)
    {
        var supplies = ImmutableArray.CreateBuilder<Supply>();
        foreach (var (i, node) in market.Items(key).Index())
        {
            if (node is not DescriptionNode.Mapping mapping)
            {
                problems.Add(node, $"'{key}' must be blocks such as {{name: wind, share: 60 %, intensity: 11 g/kWh, matched: yearly}}, not {node.Kind}.");
                continue;
            }

            var block = new DescriptionBlock(mapping, $"{market.Path}.{key}.{i + 1}", problems, sources, DescriptionKeys.Supply);
            var name = block.Text("name") ?? (key == "on_site" ? "on-site generation" : "contract");
            var share = block.Number("share", $"share covered by {name}", Dimension.Share, static value => value <= 1 ? null : "a share is at most 1 (or 100 %).");
            var energy = block.Number("energy", $"energy of {name}", Dimension.Energy);
            if (block.Has("share") == block.Has("energy"))
                problems.Add(mapping, $"'{name}' needs one of 'share', as in 60 %, and 'energy', as in 500 MWh.");
            if (energy is not null && !ofOnePhase)
                problems.Add(block.LineOf("energy"), $"'{name}': an amount of energy cannot be held against several phases at once; give a 'share', or put the 'market' into the phase it was bought for.");
            if (share is { Bounds.High: > 1 })
                problems.Add(block.LineOf("share"), "'share': its high is above 1.");
            var matched = block.Text("matched") ?? (key == "on_site" ? "hourly" : null);
            if (matched is null)
                problems.Add(mapping, $"'{name}' needs 'matched: hourly' or 'matched: yearly': over which time it was held against the use.");
            else if (matched is not ("hourly" or "yearly"))
                problems.Unknown(block.LineOf("matched"), "matching", matched, ["hourly", "yearly"]);
            var intensity = block.Number("intensity", $"intensity of {name}", Dimension.Intensity);
            if (intensity is null && !block.Has("intensity"))
            {
                if (intensityWhereUnstated is { } zero)
                    intensity = new Factor($"described/{block.Path}.intensity", $"intensity of {name}", "g CO2e/kWh", Bounds.Exactly(zero), Quality.Assumed, block.Source ?? sources.Default(), "not stated: no direct emissions, as sun and wind have none");
                else
                    problems.Add(mapping, $"'{name}' needs the 'intensity' its contract conveys, as in 11 g/kWh, or 0 g/kWh.");
            }

            if (intensity is not null)
                supplies.Add(new Supply(name, share, energy, intensity, matched ?? "yearly"));
        }

        return supplies.ToImmutable();
    }
}
