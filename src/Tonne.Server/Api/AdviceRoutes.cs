using Tonne.Reporting.Advising;

namespace Tonne.Server.Api;

/// <summary>The route of the advice on a run. It reads the ledger and what is kept of intensities, and calls nobody.</summary>
/// <param name="options">Ledger, environment and clock.</param>
/// <param name="runs">The runs.</param>
sealed class AdviceRoutes(ServerOptions options, IRunDirectory runs)
{
    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapDocument(
        "/runs/{run}/advice", "adviseRun",
        "Every way to reduce the emissions of a run, ranked, as 'tonne advise --json'; no publisher is called", typeof(AdviceDocument), new([]),
        request => Advise(request.GetRoute("run")).ToJson());

    /// <summary>The advice on a run.</summary>
    /// <param name="text">Id, unique prefix, name, or last.</param>
    /// <exception cref="RequestProblemException">There is none, there are several, or it is still running.</exception>
    public AdviceDocument Advise(string text)
    {
        var entry = RunRoutes.Load(runs, text);
        return AdviceDocument.From(RunAdvisor.Advise(entry, new OfflinePlanner(options, entry.Record).TryPlan));
    }
}
