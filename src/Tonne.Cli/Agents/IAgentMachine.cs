using System.Collections.Immutable;
using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>A machine with its meters, opened for one chain of runs.</summary>
interface IAgentMachine : IDisposable
{
    /// <summary>Hardware threads.</summary>
    int Threads { get; }

    /// <summary>The energy basis of each component.</summary>
    ImmutableArray<ComponentBasis> Bases { get; }

    /// <summary>Meters that were named and cannot be used, as sentences.</summary>
    ImmutableArray<string> Warnings { get; }

    /// <summary>Finds the place of the machine, where none is set.</summary>
    Task<Place> DetectPlaceAsync();

    /// <summary>The whole machine as a job.</summary>
    IMeteredJob FollowNode();

    /// <summary>A job or pod on the machine.</summary>
    /// <param name="workload">The job or pod.</param>
    /// <param name="reservation">What is reserved for it.</param>
    /// <exception cref="ProcessEndedException">It is gone.</exception>
    IMeteredJob FollowWorkload(NodeWorkload workload, ResourceReservation reservation);
}
