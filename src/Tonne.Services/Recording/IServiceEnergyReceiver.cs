using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Services.Recording;

/// <summary>Receives the energy of a service each time it is computed: to divide it among single requests, for example.</summary>
/// <remarks>Each computation passes on all slices of the run from its start, called in the order begin, add …, end, never two at a time.</remarks>
public interface IServiceEnergyReceiver
{
    /// <summary>A computation begins.</summary>
    /// <param name="opening">The run whose energy it is.</param>
    void Begin(RunOpening opening);

    /// <summary>Takes energy of the service.</summary>
    /// <param name="slice">The energy, with times in ns since the start of the run.</param>
    void Add(JobEnergySlice slice);

    /// <summary>The computation has ended.</summary>
    /// <param name="record">The run so far.</param>
    /// <param name="footprint">Its footprint so far; null if it was not computed: then the one before holds.</param>
    /// <param name="isFinal">Whether the run has ended, so that nothing is added.</param>
    void End(RunRecord record, Footprint? footprint, bool isFinal);

    /// <summary>The recording has ended. Default: nothing is done.</summary>
    void Finish()
    {
    }

    /// <summary>Takes out energies of single requests that became known since the last time. Called after each computation. Default:
    /// none are known.</summary>
    ImmutableArray<RequestEnergySum> TakeRequestEnergies() => [];
}
