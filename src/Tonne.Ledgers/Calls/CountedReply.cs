using Tonne.Quantities;

namespace Tonne.Ledgers.Calls;

/// <summary>A reply of a model that an import has counted: who answered, when, how many tokens. It has no text.</summary>
public sealed record CountedReply
{
    /// <summary>Keyed hash of the ids of the reply: <see cref="ReplyLog.Hash"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Time of the reply, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Where it was read from: <c>claude-code</c>, <c>codex</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The model that answered; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>Name of the project, or its keyed hash; empty if unknown.</summary>
    public string Project { get; init; } = "";

    /// <summary>Keyed hash of the id of the session; empty if unknown.</summary>
    public string Session { get; init; } = "";

    /// <summary>Requests: 1, or those of a row of a provider's export.</summary>
    public long Requests { get; init; } = 1;

    /// <summary>Tokens.</summary>
    public CallTokens Tokens { get; init; }

    /// <summary>Facility energy, kWh; null if unknown.</summary>
    public Bounds? EnergyKwh { get; init; }

    /// <summary>Operational emissions, kg CO2e; null if unknown.</summary>
    public Bounds? OperationalKg { get; init; }

    /// <summary>Operational and embodied emissions, kg CO2e; null if unknown.</summary>
    public Bounds? EmissionsKg { get; init; }

    /// <summary>The reply as calls that add up.</summary>
    public CallSum ToSum() => new()
    {
        Requests = Requests,
        WithoutFigure = EnergyKwh is null ? Requests : 0,
        Tokens = Tokens,
        EnergyKwh = EnergyKwh ?? default,
        OperationalKg = OperationalKg ?? default,
        EmissionsKg = EmissionsKg ?? default,
    };
}
