using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Formatting;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Places;
using Tonne.Lab.Collecting;
using Tonne.Lab.Networks;
using Tonne.Lab.Pricing;
using Tonne.Lab.Training;

namespace Tonne.Cli.Laboratory;

/// <summary>What the process that does the lab's work has around it: who hears of its stages, what its CPU time costs, and how it ends.</summary>
/// <param name="around">Surroundings.</param>
/// <param name="settings">Settings.</param>
/// <param name="quiet">Whether progress is not told.</param>
sealed class Workplace(Surroundings around, Settings settings, bool quiet)
{
    /// <summary>Hears of stages and epochs.</summary>
    public MarkedPipeline Listener { get; } = new(quiet ? around with { Out = TextWriter.Null, OutTerminal = false } : around);

    /// <summary>CPU time of this process.</summary>
    public static TimeSpan CpuTime() => Environment.CpuUsage.TotalTime;

    /// <summary>What a CPU-second costs here.</summary>
    public static ThreadPrice PriceAt(Surroundings around, Settings settings)
    {
        using var found = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.Discovery(around.Variable));
        var place = settings.Place ?? PlaceGuess.ByTimeZone(new FileTree(settings.Sysroot), around.Variable("TZ"));
        return new ThreadPrice(found.Power, FactorChoice.For(place, found.Machine));
    }

    /// <summary>What a CPU-second costs here.</summary>
    public ThreadPrice Price() => PriceAt(around, settings);

    /// <summary>Does the work; what makes it impossible is told, noted in the run, and an exit code.</summary>
    /// <param name="work">The work.</param>
    /// <param name="onUnfit">What to add where the rows do not fit the network.</param>
    public int Do(Action work, string onUnfit = "")
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception error) when (error is UnusableDataException or UnfitExamplesException or TrainingDivergedException)
        {
            var reason = Printable.OneLine(error.Message) + (error is UnfitExamplesException ? onUnfit : "");
            Listener.Failed(reason);
            around.Error.WriteLine("tonne: " + reason);
            return error is TrainingDivergedException ? CommandLine.Failed : CommandLine.WrongUse;
        }
    }
}
