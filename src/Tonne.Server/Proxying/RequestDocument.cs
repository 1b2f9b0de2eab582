namespace Tonne.Server.Proxying;

/// <summary>One request at <c>/tonne/requests/ID</c>.</summary>
sealed record RequestDocument
{
    public required string Id { get; init; }

    /// <summary>running, pending (its energy is not divided yet), measured, or estimated (nothing is measured).</summary>
    public required string State { get; init; }

    public string? Model { get; init; }

    public DateTimeOffset? Arrival { get; init; }

    public double? DurationSeconds { get; init; }

    /// <summary>Seconds from its arrival to the first part of a streamed answer.</summary>
    public double? FirstTokenSeconds { get; init; }

    public bool? Streamed { get; init; }

    /// <summary>Why it failed; null if it did not.</summary>
    public string? Failure { get; init; }

    public TokensDocument? Tokens { get; init; }

    /// <summary>Facility energy, Wh: measured, else estimated.</summary>
    public double? EnergyWh { get; init; }

    /// <summary>Of the measured energy: by its work.</summary>
    public double? WorkWh { get; init; }

    /// <summary>Of the measured energy: idle energy while it was computed.</summary>
    public double? IdleWh { get; init; }

    /// <summary>Of the measured energy: idle energy while it waited.</summary>
    public double? WaitingWh { get; init; }

    /// <summary>Emissions, mg CO2e.</summary>
    public double? Co2eMg { get; init; }

    /// <summary>measured or estimate; null if there is no figure.</summary>
    public string? Basis { get; init; }

    public string? Method { get; init; }

    /// <summary>What is missing, in words.</summary>
    public string? Note { get; init; }
}
