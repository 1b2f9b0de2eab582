using Tonne.Accounting;
using Tonne.Runs;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Options of <see cref="ServiceRecorder"/>.</summary>
public sealed record ServiceRecorderOptions
{
    /// <summary>Time between two looks at the source, 1 s to 1 h. Default: 10 s.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Least time between two computations of the hours, 1 s to 1 h; they take 0.5 % of the time at most. Default: 1 min.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long raw readings and looks are kept; at least 1 h. Default: 48 h.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Finds the work of a model by its name; null if its architecture is unknown. Default: none is known.</summary>
    public Func<string, ServedModelWork?> FindWork { get; init; } = static _ => null;

    /// <summary>Accounts the record of a run that was left open by a recorder that was killed.</summary>
    public required Func<RunRecord, FootprintStatement> Account { get; init; }

    /// <summary>Receives the energy each time the hours are computed. Default: null, nobody, or
    /// where the source has single requests the recorder itself, for their percentiles.</summary>
    public IServiceEnergyReceiver? Receiver { get; init; }

    /// <summary>Called with a problem, in a sentence; each kind once until it has gone. Default: null, nobody.</summary>
    public Action<string>? OnProblem { get; init; }

    internal void Validate()
    {
        if (Look < TimeSpan.FromSeconds(1) || Look > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(Look), Look, "The time between two looks must be 1 s to 1 h.");
        if (Settle < TimeSpan.FromSeconds(1) || Settle > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(Settle), Settle, "The time between two computations must be 1 s to 1 h.");
        if (Keep < TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(Keep), Keep, "Raw readings must be kept for at least 1 h.");
        ArgumentNullException.ThrowIfNull(FindWork);
        ArgumentNullException.ThrowIfNull(Account);
    }
}
