using System.Diagnostics;

namespace Tonne.Extensions.AI;

/// <summary>A call between its beginning and its end.</summary>
/// <param name="identity">What is known of it.</param>
sealed class CallInProgress(CallIdentity identity)
{
    int _ended;

    public CallIdentity Identity { get; } = identity;

    /// <summary>The span of tonne's own; null if there is none.</summary>
    public Activity? Span { get; set; }

    /// <summary>Its part of the energy of this process; null if that is not measured.</summary>
    public MeasuredCall? Energy { get; set; }

    /// <summary>Whether this is the first time that the call ends.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}
