using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Formatting;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;
using Tonne.Lab.Collecting;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Cli.Laboratory;

/// <summary>What the process that does the lab's work has around it: who hears of its stages, what its CPU time costs, and how it ends.</summary>
/// <param name="context">Surroundings.</param>
/// <param name="settings">Settings.</param>
/// <param name="quiet">Whether progress is not told.</param>
sealed class LabContext(CommandContext context, Settings settings, bool quiet)
{
    /// <summary>Hears of stages and epochs.</summary>
    public PipelineMarkSender Listener { get; } = new(quiet ? context with { Out = TextWriter.Null, IsOutTerminal = false } : context);

    /// <summary>CPU time of this process.</summary>
    public static TimeSpan GetCpuTime() => Environment.CpuUsage.TotalTime;

    /// <summary>What a CPU-second costs here.</summary>
    public static CpuTimeEstimator ComputePrice(CommandContext context, Settings settings)
    {
        using var found = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable));
        var place = settings.Place ?? PlaceDetector.DetectByTimeZone(new FileTree(settings.Sysroot), context.GetVariable("TZ"));
        return new CpuTimeEstimator(found.Power, FactorSelector.SelectFactors(place, found.Machine));
    }

    /// <summary>What a CPU-second costs here.</summary>
    public CpuTimeEstimator GetPrice() => ComputePrice(context, settings);

    /// <summary>Does the work; what makes it impossible is told, noted in the run, and an exit code.</summary>
    /// <param name="work">The work.</param>
    /// <param name="unfitAdvice">What to add where the rows do not fit the network.</param>
    public int Execute(Action work, string unfitAdvice = "")
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception error) when (error is UnusableDataException or InvalidExamplesException or TrainingDivergedException)
        {
            var reason = TextSanitizer.ToOneLine(error.Message) + (error is InvalidExamplesException ? unfitAdvice : "");
            Listener.SendFailure(reason);
            context.Error.WriteLine("tonne: " + reason);
            return error is TrainingDivergedException ? CommandLine.Failure : CommandLine.UsageError;
        }
    }
}
